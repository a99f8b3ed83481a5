import type { Notification } from '../../drivers/driver.ts'
import { Fifo } from '../../machines/mailbox/fifo.ts'
import { type DropListener, DropTally } from './drop-tally.ts'

interface Arrival {
  readonly notification: Notification
  readonly at: number
}

/** What waits to be heard: in order, up to a limit. What is dropped for newer ones is told with the time it had come. */
export class BoundedBuffer {
  readonly #limit: number
  readonly #host: DropListener
  readonly #arrivals = new Fifo<Arrival>()
  readonly #drops: DropTally

  constructor(limit: number, host: DropListener) {
    this.#limit = limit
    this.#host = host
    this.#drops = new DropTally(host)
  }

  push(notification: Notification): void {
    const dropped = this.#arrivals.size >= this.#limit ? this.#arrivals.shift() : undefined
    if (dropped !== undefined) this.#drops.dropped(dropped.notification.channel, dropped.at)
    this.#arrivals.push({ notification, at: this.#host.now() })
  }

  shift(): Notification | undefined {
    return this.#arrivals.shift()?.notification
  }

  clear(): void {
    while (this.#arrivals.shift() !== undefined);
  }
}
