import type { StormPermit } from './host-bucket.ts'
import type { StormLimit } from './storm-limit.ts'

/** Whoever dials; compared by identity. */
type Dialler = object

interface Host {
  /** The last attempt failed, or everybody was lost, and nobody has succeeded since. */
  isSuspect: boolean
  /** The only one who may dial while it is. */
  prober: Dialler | undefined
  readonly waiting: Set<() => void>
}

/**
 * Of those who belong together only one dials a host that is down; the others wait for its success, not for their own
 * failures. Below the storm limit, which still counts every attempt.
 */
export class LoneProber {
  readonly #hosts = new Map<string, Host>()
  readonly #ratePerSecond: number | undefined

  /** @param ratePerSecond lowers the storm limit for all of them. */
  constructor(ratePerSecond?: number) {
    this.#ratePerSecond = ratePerSecond
  }

  /** The storm limit of a host, as one of them has it. */
  limitFor(hostKey: string, dialler: Dialler, limit: StormLimit): StormLimit {
    const host = this.#hosts.get(hostKey) ?? { isSuspect: false, prober: undefined, waiting: new Set() }
    this.#hosts.set(hostKey, host)
    const rate = this.#ratePerSecond
    // It has a session, and will not ask the others it was to ask.
    const arrived = (): void => this.leave(dialler)
    return {
      tryAcquire: () => {
        if (!mayDial(host, dialler)) return undefined
        const permit = limit.tryAcquire(rate)
        return permit && counted(host, dialler, permit, arrived)
      },
      acquire: async (signal) => {
        while (!mayDial(host, dialler)) await turn(host, signal)
        if (host.isSuspect) host.prober = dialler
        try {
          return counted(host, dialler, await limit.acquire(signal, rate), arrived)
        } catch (error) {
          resign(host, dialler)
          throw error
        }
      },
    }
  }

  /** Everybody was lost: the next one to dial finds out for all. */
  suspect(): void {
    for (const host of this.#hosts.values()) host.isSuspect = true
  }

  /** It will not dial again; another one may. */
  leave(dialler: Dialler): void {
    for (const host of this.#hosts.values()) resign(host, dialler)
  }
}

const mayDial = ({ isSuspect, prober }: Host, dialler: Dialler): boolean =>
  !isSuspect || prober === undefined || prober === dialler

function counted(host: Host, dialler: Dialler, permit: StormPermit, arrived: () => void): StormPermit {
  if (host.isSuspect) host.prober = dialler
  const suspect = (): void => {
    host.isSuspect = true
    // Who failed first goes on; its schedule is that of all.
    host.prober ??= dialler
  }
  return {
    succeeded: () => {
      permit.succeeded()
      host.isSuspect = false
      host.prober = undefined
      wake(host)
      arrived()
    },
    failed: () => {
      permit.failed()
      suspect()
    },
    unfit: () => {
      permit.unfit()
      suspect()
    },
    // Who gave up does not dial for the others.
    abandoned: () => {
      permit.abandoned()
      resign(host, dialler)
    },
    released: () => {
      permit.released()
      resign(host, dialler)
    },
  }
}

function resign(host: Host, dialler: Dialler): void {
  if (host.prober !== dialler) return
  host.prober = undefined
  wake(host)
}

function wake({ waiting }: Host): void {
  const woken = [...waiting]
  waiting.clear()
  for (const go of woken) go()
}

/** Until something has changed. Rejects with the signal's reason. */
function turn({ waiting }: Host, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const go = (): void => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    const leave = (): void => {
      waiting.delete(go)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    waiting.add(go)
  })
}
