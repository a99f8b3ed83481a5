// A deadline for what takes several turns of the loop: to connect, to ask, to hear. It looks at the clock again and again,
// so that a stall anywhere in between is seen, not only one at its end; and only time in which the loop ran counts.
import type { Clock } from '../backoff/clock.ts'
import { stallMs } from './deadline.ts'

const stepMs = 100

export class AttentiveDeadline {
  readonly #clock: Clock
  readonly #ms: number
  readonly #expired: () => void
  readonly #stalled: () => void
  #until: number
  #timer: unknown
  #turn: NodeJS.Immediate | undefined

  /** @param stalled instead of `expired`, when the loop has stood still for longer than all of `ms`: nothing from before counts. */
  constructor(clock: Clock, ms: number, expired: () => void, stalled: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#expired = expired
    this.#stalled = stalled
    this.#until = clock.now() + ms
    this.#step()
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer)
    clearImmediate(this.#turn)
  }

  #step(): void {
    const now = this.#clock.now()
    const ms = Math.min(stepMs, this.#until - now)
    this.#timer = this.#clock.setTimeout(() => this.#look(now + ms), ms)
  }

  #look(due: number): void {
    const now = this.#clock.now()
    const lateMs = now - due
    if (lateMs >= this.#ms) return this.#stalled()
    if (lateMs > stallMs) this.#until = Math.max(this.#until + lateMs, now + stepMs)
    if (now < this.#until) this.#step()
    // After one more poll of the sockets.
    else this.#turn = setImmediate(this.#expired)
  }
}
