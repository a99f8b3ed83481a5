// The deadline of each statement counts from when it is the oldest unanswered. One timer serves all: it looks how long
// the oldest has been that, and sleeps for what is left.
import type { Clock } from '../../backoff/clock.ts'
import { Deadline } from '../../machines/deadline.ts'
import type { Request } from '../../machines/mailbox/request.ts'

export class StatementWatch {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #expired: (request: Request) => void
  #oldest: Request | undefined
  #since = 0
  #deadline: Deadline | undefined

  /** `timeoutMs` 0 = no deadline. */
  constructor(clock: Clock, timeoutMs: number, expired: (request: Request) => void) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#expired = expired
  }

  oldestChanged(oldest: Request): void {
    if (this.#timeoutMs === 0) return
    this.#oldest = oldest
    this.#since = this.#clock.now()
    this.#deadline ??= this.#sleep(this.#timeoutMs)
  }

  stop(): void {
    this.#deadline?.clear()
    this.#deadline = undefined
    this.#oldest = undefined
  }

  #sleep(ms: number): Deadline {
    return new Deadline(this.#clock, ms, () => this.#look())
  }

  #look(): void {
    this.#deadline = undefined
    const oldest = this.#oldest
    if (oldest === undefined || !oldest.isInFlight) return
    const leftMs = this.#since + this.#timeoutMs - this.#clock.now()
    if (leftMs > 0) this.#deadline = this.#sleep(leftMs)
    else this.#expired(oldest)
  }
}
