import type { Clock } from '../../backoff/clock.ts'
import { Deadline } from '../../machines/deadline.ts'

/** Notices that something has not been used for so long. Using it costs a look at the clock: the timer looks at it when it fires. */
export class IdleWatch {
  readonly #clock: Clock
  readonly #ms: number
  readonly #isBusy: () => boolean
  readonly #expired: () => void
  #deadline: Deadline | undefined
  #lastUse = 0

  /** `ms` 0 = never. While it `isBusy` it is in use. */
  constructor(clock: Clock, ms: number, isBusy: () => boolean, expired: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#isBusy = isBusy
    this.#expired = expired
  }

  start(): void {
    if (this.#ms > 0) this.#sleep(this.#ms)
  }

  used(): void {
    this.#lastUse = this.#clock.now()
  }

  stop(): void {
    this.#deadline?.clear()
    this.#deadline = undefined
  }

  #sleep(ms: number): void {
    this.#deadline = new Deadline(this.#clock, ms, () => this.#look())
  }

  #look(): void {
    const idleMs = this.#isBusy() ? 0 : this.#clock.now() - this.#lastUse
    if (idleMs < this.#ms) this.#sleep(this.#ms - idleMs)
    else this.#expired()
  }
}
