import type { Notification } from '../../drivers/driver.ts'
import { BoundedBuffer } from './bounded-buffer.ts'
import type { DropListener } from './drop-tally.ts'

/** The iterating side of a subscription: bounded; leaving the loop closes the subscription. */
export class SubscriptionReader implements AsyncIterator<Notification> {
  readonly #left: () => Promise<void>
  readonly #waiting: BoundedBuffer
  #wakes: (() => void)[] = []
  #isEnded = false

  constructor(limit: number, host: DropListener, left: () => Promise<void>) {
    this.#left = left
    this.#waiting = new BoundedBuffer(limit, host)
  }

  push(notification: Notification): void {
    if (this.#isEnded) return
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
    this.#waiting.clear()
    await this.#left()
    return { done: true, value: undefined }
  }
}
