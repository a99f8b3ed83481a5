import type { Notification } from '../../drivers/driver.ts'
import type { Subscription } from '../listening/subscription.ts'

/** A subscription on the listening connection, which lives as long as there is one. */
export class PoolSubscription implements Subscription {
  readonly #inner: Subscription
  readonly #left: (subscription: PoolSubscription) => void

  constructor(inner: Subscription, left: (subscription: PoolSubscription) => void) {
    this.#inner = inner
    this.#left = left
  }

  get channel(): string {
    return this.#inner.channel
  }

  async close(): Promise<void> {
    try {
      await this.#inner.close()
    } finally {
      this.#left(this)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<Notification> {
    const inner = this.#inner[Symbol.asyncIterator]()
    return {
      next: () => inner.next(),
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }
}
