// Requests that wait for a connection that is down, each until its own moment. The moments come in the order of the
// requests, so one timer is enough for all.
import type { Clock } from '../../backoff/clock.ts'
import { Fifo } from '../../machines/mailbox/fifo.ts'
import type { Request } from '../../machines/mailbox/request.ts'

export class Patience {
  readonly #clock: Clock
  readonly #waitMs: number | undefined
  readonly #ended: (request: Request) => void
  #waiting = new Fifo<{ request: Request; until: number }>()
  #timer: unknown

  /** `waitMs` undefined = without a bound. */
  constructor(clock: Clock, waitMs: number | undefined, ended: (request: Request) => void) {
    this.#clock = clock
    this.#waitMs = waitMs
    this.#ended = ended
  }

  begin(request: Request): void {
    if (this.#waitMs === undefined) return
    this.#waiting.push({ request, until: this.#clock.now() + this.#waitMs })
    this.#arm()
  }

  /** The connection is up, or given up: nobody waits any more. */
  end(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting = new Fifo()
  }

  #arm(): void {
    const next = this.#waiting.peek()
    if (next === undefined || this.#timer !== undefined) return
    this.#timer = this.#clock.setTimeout(() => this.#expire(), Math.max(0, next.until - this.#clock.now()))
  }

  #expire(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (
      let next = this.#waiting.peek();
      next !== undefined && next.until <= now;
      next = this.#waiting.peek()
    ) {
      this.#waiting.shift()
      if (next.request.phase === 'queued') this.#ended(next.request)
    }
    this.#arm()
  }
}
