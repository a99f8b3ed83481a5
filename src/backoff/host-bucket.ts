import type { Clock } from './clock.ts'
import { longestDelayMs } from './longest-delay.ts'

/** Leave to make one attempt. The first call counts, later ones do nothing; one of them must be made. */
export interface StormPermit {
  /** The host took us in: the attempt counts for nothing. */
  succeeded(): void
  /** The host is down, or may be: the attempt counts. */
  failed(): void
  /** The host is up and is not what was wanted: the attempt counts for nothing, but one who asks again is enough. */
  unfit(): void
  /** Nobody waits for the attempt any more, but it was made, and the host may be down: it counts. */
  abandoned(): void
  /** The attempt was not made, or the server itself refused it for good: it counts for nothing. */
  released(): void
}

interface Waiter {
  ratePerSecond: number
  grant(permit: StormPermit): void
}

const capacity = 5
const refillMs = 1000

/**
 * The attempts to connect to one host, as a bucket of tokens. It holds five and one grows back a second, so
 * that any five seconds see at most 5 + 5·1 = 10 failed attempts, two a second, with a burst of five.
 *
 * An attempt takes a token. If it succeeds the token is put back at once, so a host that is up is never
 * slowed beyond five attempts in flight. Tokens in the bucket and in flight are never more than five
 * together (so they don't grow while five are out): what is put back later can't make a second burst.
 */
export class HostBucket {
  readonly #clock: Clock
  #tokens = capacity
  #countedAt: number
  #busyUntil: number
  #lastFailedAt = Number.NEGATIVE_INFINITY
  /** When each attempt in flight began. */
  readonly #inFlight = new Map<StormPermit, number>()
  readonly #waiters = new Set<Waiter>()
  #timer: unknown

  constructor(clock: Clock) {
    this.#clock = clock
    this.#countedAt = clock.now()
    this.#busyUntil = this.#countedAt
  }

  /** Nothing would be different with a new bucket. */
  get isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#waiters.size === 0 && this.#clock.now() >= this.#busyUntil
  }

  /** Never overtakes those who wait. */
  tryAcquire(ratePerSecond: number): StormPermit | undefined {
    return this.#waiters.size === 0 && this.#delayMs(ratePerSecond) <= 0
      ? this.#take(ratePerSecond)
      : undefined
  }

  /** First come, first served; only one whose rate was lowered lets others pass until it is due. */
  acquire(signal: AbortSignal | undefined, ratePerSecond: number): Promise<StormPermit> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const leave = () => {
        this.#waiters.delete(waiter)
        reject(signal?.reason)
        this.#serve()
      }
      const grant = (permit: StormPermit) => {
        signal?.removeEventListener('abort', leave)
        resolve(permit)
      }
      const waiter = { ratePerSecond, grant }
      signal?.addEventListener('abort', leave, { once: true })
      this.#waiters.add(waiter)
      this.#serve()
    })
  }

  #serve(): void {
    this.#clock.clearTimeout(this.#timer)
    let soonestMs = Number.POSITIVE_INFINITY
    for (const waiter of this.#waiters) {
      const delayMs = this.#delayMs(waiter.ratePerSecond)
      if (delayMs <= 0) {
        this.#waiters.delete(waiter)
        waiter.grant(this.#take(waiter.ratePerSecond))
      } else {
        soonestMs = Math.min(soonestMs, delayMs)
      }
    }
    // Without a time to wait for, all tokens are out: whoever brings one back serves again.
    this.#timer = Number.isFinite(soonestMs)
      ? this.#clock.setTimeout(() => this.#serve(), Math.min(Math.ceil(soonestMs), longestDelayMs))
      : undefined
  }

  /** Until an attempt may be made, as far as time alone decides. */
  #delayMs(ratePerSecond: number): number {
    this.#grow()
    if (this.#inFlight.size >= capacity) return Number.POSITIVE_INFINITY
    const tokenMs = (1 - this.#tokens) * refillMs
    // A lowered rate has no burst: so long after the last attempt that counts, or may come to count.
    const lastAt = Math.max(this.#lastFailedAt, ...this.#inFlight.values())
    const apartMs = ratePerSecond < 2 ? lastAt + 1000 / ratePerSecond - this.#clock.now() : 0
    return Math.max(tokenMs, apartMs)
  }

  #grow(): void {
    const now = this.#clock.now()
    const grown = this.#tokens + (now - this.#countedAt) / refillMs
    this.#tokens = Math.min(grown, capacity - this.#inFlight.size)
    this.#countedAt = now
  }

  #take(ratePerSecond: number): StormPermit {
    const startedAt = this.#clock.now()
    const settle = (tokensBack: 0 | 1) => {
      this.#grow()
      if (!this.#inFlight.delete(permit)) return
      this.#tokens += tokensBack
      if (tokensBack === 0) {
        this.#lastFailedAt = Math.max(this.#lastFailedAt, startedAt)
        const forgottenAt = this.#clock.now() + Math.max(capacity * refillMs, 1000 / ratePerSecond)
        this.#busyUntil = Math.max(this.#busyUntil, forgottenAt)
      }
      this.#serve()
    }
    const giveBack = (): void => settle(1)
    const keep = (): void => settle(0)
    const permit = { succeeded: giveBack, unfit: giveBack, failed: keep, abandoned: keep, released: giveBack }
    this.#tokens -= 1
    this.#inFlight.set(permit, startedAt)
    return permit
  }
}
