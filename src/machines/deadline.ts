// A deadline that convicts nobody for our own lateness. When its timer fires late the event loop was blocked (or the
// process stopped), and the answer may lie in the socket: it then waits for as long again as it was late, and always
// for one poll of the sockets before it speaks.
import type { Clock } from '../backoff/clock.ts'

/** Timers fire a little late at all times; beyond this it is a stall. */
export const stallMs = 50

/** Somebody who never stops talking keeps the loop late for ever: nobody is given more than so many times as long. */
const mostTimes = 10

export class Deadline {
  readonly #clock: Clock
  readonly #expired: () => void
  readonly #mostMs: number
  #grantedMs = 0
  #timer: unknown
  #turn: NodeJS.Immediate | undefined

  constructor(clock: Clock, ms: number, expired: () => void) {
    this.#clock = clock
    this.#expired = expired
    this.#mostMs = mostTimes * ms
    this.#arm(ms)
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer)
    clearImmediate(this.#turn)
  }

  #arm(ms: number): void {
    this.#grantedMs += ms
    const due = this.#clock.now() + ms
    this.#timer = this.#clock.setTimeout(() => {
      const lateMs = this.#clock.now() - due
      if (lateMs > stallMs && this.#grantedMs < this.#mostMs) this.#arm(Math.min(lateMs, ms))
      // Timers run before the poll phase and immediates after it: in between, what lies in the sockets is read.
      else this.#turn = setImmediate(this.#expired)
    }, ms)
  }
}
