import type { Notification } from '../../drivers/driver.ts'
import { Fifo } from '../../machines/mailbox/fifo.ts'
import { DropTally } from './drop-tally.ts'
import type { ObserverQueueHost } from './observer-queue.ts'

/** The iterating side of a subscription: bounded; leaving the loop closes the subscription. */
export class SubscriptionReader implements AsyncIterator<Notification> {
  readonly #limit: number
  readonly #left: () => Promise<void>
  readonly #waiting = new Fifo<Notification>()
  readonly #drops: DropTally
  #wakes: (() => void)[] = []
  #isEnded = false

  constructor(limit: number, host: ObserverQueueHost, left: () => Promise<void>) {
    this.#limit = limit
    this.#left = left
    this.#drops = new DropTally(host)
  }

  push(notification: Notification): void {
    if (this.#isEnded) return
    if (this.#waiting.size >= this.#limit) this.#drops.dropped(this.#waiting.shift())
    this.#waiting.push(notification)
    this.#wakes.shift()?.()
  }

  end(): void {
    this.#isEnded = true
    for (const wake of this.#wakes) wake()
    this.#wakes = []
  }

  async next(): Promise<IteratorResult<Notification>> {
    for (;;) {
      const notification = this.#waiting.shift()
      if (notification !== undefined) return { done: false, value: notification }
      if (this.#isEnded) return { done: true, value: undefined }
      await new Promise<void>((resolve) => this.#wakes.push(resolve))
    }
  }

  async return(): Promise<IteratorResult<Notification>> {
    while (this.#waiting.shift() !== undefined);
    await this.#left()
    return { done: true, value: undefined }
  }
}
