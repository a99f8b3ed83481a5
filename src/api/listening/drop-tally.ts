import type { Notification } from '../../drivers/driver.ts'

export interface DropListener {
  /** The oldest were dropped: from the first of them until now. */
  overflowed(channels: string[], from: number, to: number): void
  now(): number
}

/** Counts what a full buffer drops, and tells it once per turn of the loop rather than once per notification. */
export class DropTally {
  readonly #host: DropListener
  readonly #channels = new Set<string>()
  #since: number | undefined

  constructor(host: DropListener) {
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
