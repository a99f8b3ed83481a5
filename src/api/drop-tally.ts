import type { Notification } from '../drivers/driver.ts'
import type { ObserverQueueHost } from './observer-queue.ts'

/** Counts what a full buffer drops, and tells it once per turn of the loop rather than once per notification. */
export class DropTally {
  readonly #host: Pick<ObserverQueueHost, 'overflowed' | 'now'>
  readonly #channels = new Set<string>()
  #since: number | undefined

  constructor(host: Pick<ObserverQueueHost, 'overflowed' | 'now'>) {
    this.#host = host
  }

  dropped(notification: Notification | undefined): void {
    if (notification === undefined) return
    this.#channels.add(notification.channel)
    if (this.#since !== undefined) return
    const since = this.#host.now()
    this.#since = since
    setImmediate(() => {
      const channels = [...this.#channels]
      this.#channels.clear()
      this.#since = undefined
      this.#host.overflowed(channels, since, this.#host.now())
    })
  }
}
