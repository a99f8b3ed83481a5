// Whether a pool's server can be reached, as its own attempts say, and who may dial it meanwhile.
import { LoneProber } from '../backoff/lone-prober.ts'
import type { StormLimit } from '../backoff/storm-limit.ts'

export class Outage {
  readonly #ratePerSecond: number | undefined
  /** Where callers wait, one of them dials for all. */
  readonly #prober: LoneProber | undefined
  /** How those who dial are told to give up. */
  readonly #giveUps = new WeakMap<object, (error: unknown) => void>()
  /** Those of them who wait for leave. */
  readonly #waiting = new Set<object>()
  /** What the last attempt failed with. */
  #failure: { readonly error: unknown } | undefined
  #since: number | undefined

  constructor(waits: boolean, ratePerSecond: number | undefined) {
    this.#ratePerSecond = ratePerSecond
    if (waits) this.#prober = new LoneProber(ratePerSecond)
  }

  get lastError(): unknown {
    return this.#failure?.error
  }

  /** When the last session was lost, or could not be had; undefined while there is one. */
  get since(): number | undefined {
    return this.#since
  }

  lostAll(at: number): void {
    this.#since ??= at
  }

  failed(error: unknown, at: number): void {
    this.#since ??= at
    this.#failure = { error }
    for (const dialler of this.#waiting) this.#giveUps.get(dialler)?.(error)
  }

  isOver(): void {
    this.#since = undefined
    this.#failure = undefined
  }

  /** It is going to dial. */
  join(dialler: object, giveUp: (error: unknown) => void): void {
    this.#giveUps.set(dialler, giveUp)
  }

  /** It will not dial again. */
  leave(dialler: object): void {
    this.#prober?.leave(dialler)
  }

  limitFor(hostKey: string, limit: StormLimit, dialler: object): StormLimit {
    if (this.#prober !== undefined) return this.#prober.limitFor(hostKey, dialler, limit)
    const rate = this.#ratePerSecond
    return {
      tryAcquire: () => limit.tryAcquire(rate),
      // Nobody waits for leave to dial a host that is known to be down: the last attempt was made for all.
      acquire: (signal) => {
        const failure = this.#failure
        this.#waiting.add(dialler)
        if (failure !== undefined) queueMicrotask(() => this.#giveUps.get(dialler)?.(failure.error))
        return limit.acquire(signal, rate).finally(() => this.#waiting.delete(dialler))
      },
    }
  }
}
