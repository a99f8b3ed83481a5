// One queue per observer: it is awaited before its next call, and what arrives meanwhile waits in order, up to a limit.
import type { Notification } from '../../drivers/driver.ts'
import { Fifo } from '../../machines/mailbox/fifo.ts'
import type { NotificationObserver } from '../connection-events.ts'
import { inContextOfNow } from '../leases/scope.ts'
import { type DropListener, DropTally } from './drop-tally.ts'

export const defaultBufferLimit = 100_000

export interface ObserverQueueHost extends DropListener {
  failed(error: unknown): void
}

export class ObserverQueue {
  readonly #observe: NotificationObserver
  readonly #limit: number
  readonly #host: ObserverQueueHost
  readonly #waiting = new Fifo<Notification>()
  readonly #start: () => void
  #isRunning = false
  #isClosed = false
  readonly #drops: DropTally

  constructor(observer: NotificationObserver, limit: number, host: ObserverQueueHost) {
    this.#observe = observer
    // Entered once for all that waits: it takes longer than most observers do.
    this.#start = inContextOfNow(() => void this.#run())
    this.#limit = limit
    this.#host = host
    this.#drops = new DropTally(host)
  }

  push(notification: Notification): void {
    if (this.#isClosed) return
    if (this.#waiting.size >= this.#limit) this.#drops.dropped(this.#waiting.shift())
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
