// One queue per observer: it is awaited before its next call, and what arrives meanwhile waits in order, up to a limit.
import type { Notification } from '../../drivers/driver.ts'
import type { NotificationObserver } from '../connection-events.ts'
import { inContextOfNow } from '../leases/scope.ts'
import { BoundedBuffer } from './bounded-buffer.ts'
import type { DropListener } from './drop-tally.ts'

export const defaultBufferLimit = 100_000

export interface ObserverQueueHost extends DropListener {
  failed(error: unknown): void
}

export class ObserverQueue {
  readonly #observe: NotificationObserver
  readonly #host: ObserverQueueHost
  readonly #waiting: BoundedBuffer
  readonly #start: () => void
  #isRunning = false
  #isClosed = false

  constructor(observer: NotificationObserver, limit: number, host: ObserverQueueHost) {
    this.#observe = observer
    // Entered once for all that waits: it takes longer than most observers do.
    this.#start = inContextOfNow(() => void this.#run())
    this.#host = host
    this.#waiting = new BoundedBuffer(limit, host)
  }

  push(notification: Notification): void {
    if (this.#isClosed) return
    this.#waiting.push(notification)
    if (this.#isRunning) return
    this.#isRunning = true
    queueMicrotask(this.#start)
  }

  /** The call that runs is let finish; nothing more is delivered. */
  close(): void {
    this.#isClosed = true
  }

  async #run(): Promise<void> {
    for (
      let next = this.#waiting.shift();
      next !== undefined && !this.#isClosed;
      next = this.#waiting.shift()
    ) {
      try {
        const answer = this.#observe(next)
        if (isThenable(answer)) await answer
      } catch (error) {
        this.#host.failed(error)
      }
    }
    this.#isRunning = false
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
