import type { Notification } from '../../drivers/driver.ts'
import type { NotificationObserver } from '../connection-events.ts'
import { ObserverQueue, type ObserverQueueHost } from './observer-queue.ts'
import type { Subscription } from './subscription.ts'
import { SubscriptionReader } from './subscription-reader.ts'

/** A subscription from listen() to close(), through any number of sessions. */
export class LiveSubscription implements Subscription {
  readonly channel: string
  readonly #queue: ObserverQueue | undefined
  readonly #reader: SubscriptionReader | undefined
  readonly #remove: (subscription: LiveSubscription) => Promise<void>

  constructor(
    channel: string,
    observer: NotificationObserver | undefined,
    limit: number,
    host: ObserverQueueHost,
    remove: (subscription: LiveSubscription) => Promise<void>,
  ) {
    this.channel = channel
    this.#remove = remove
    if (observer === undefined) this.#reader = new SubscriptionReader(limit, host, () => this.close())
    else this.#queue = new ObserverQueue(observer, limit, host)
  }

  push(notification: Notification): void {
    this.#queue?.push(notification)
    this.#reader?.push(notification)
  }

  /** Nothing more is delivered; iterating ends. */
  end(): void {
    this.#queue?.close()
    this.#reader?.end()
  }

  close(): Promise<void> {
    this.end()
    return this.#remove(this)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<Notification> {
    if (this.#reader === undefined)
      throw new TypeError('a subscription with an observer is not iterated as well')
    return this.#reader
  }
}
