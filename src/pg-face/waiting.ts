// One caller in the line for a client: told once, by the pool or by a deadline.
import type { Clock } from '../backoff/clock.ts'
import type { ConnectCallback, PendingItem, Release } from './pool-internals.ts'

export class Waiting {
  readonly askedAt: number
  readonly #clock: Clock
  readonly #callback: ConnectCallback
  readonly #timers: unknown[] = []
  #isTold = false
  /** Where it is in the pool's line; undefined where a session is being made for it. */
  item: PendingItem | undefined

  constructor(clock: Clock, callback: ConnectCallback) {
    this.#clock = clock
    this.askedAt = clock.now()
    this.#callback = callback
  }

  /** What the pool calls. */
  readonly answer: ConnectCallback = (error, client, release) => {
    if (this.#isTold) {
      // Nobody waits for it any more.
      if (client !== undefined) release()
      return
    }
    this.#settle()
    this.#callback(error, client, release)
  }

  /** @returns whether it was still waiting */
  giveUp(error: unknown): boolean {
    if (this.#isTold) return false
    if (this.item !== undefined) this.item.timedOut = true
    this.#settle()
    this.#callback(error, undefined, nothingToRelease)
    return true
  }

  after(ms: number, then: () => void): void {
    if (!this.#isTold) this.#timers.push(this.#clock.setTimeout(then, ms))
  }

  #settle(): void {
    this.#isTold = true
    for (const timer of this.#timers) this.#clock.clearTimeout(timer)
  }
}

const nothingToRelease: Release = () => undefined
