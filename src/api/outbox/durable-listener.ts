// A consumer at work: batch after batch, woken by notifications and gaps, and looking by itself where none comes.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Schedule } from '../../backoff/schedule.ts'
import { ConnectionClosedError, ConnectionLostError } from '../../errors/session-errors.ts'
import type { Subscription } from '../listening/subscription.ts'
import { callFenced } from '../notices/call-fenced.ts'
import { type Consumer, type Delivered, deliver, type OutboxSource } from './delivery.ts'
import type { DurableSubscription } from './durable-subscription.ts'
import type { DeliveryHandler } from './outbox-message.ts'

/** What is held back comes free without anybody being told: looked for so soon at first, then ever later. */
const heldBackMs = 10

/** The listener whose handler this is called by. */
const handling = new AsyncLocalStorage<DurableListener>()

export class DurableListener implements DurableSubscription {
  readonly done: Promise<void>
  readonly #source: OutboxSource
  readonly #consumer: Consumer
  readonly #closing = new AbortController()
  #batch = new AbortController()
  /** What the handler is at, also when its connection is ended under it. */
  #work: Promise<unknown> = Promise.resolve()
  #handlerError: unknown
  #hasWarned = false
  #isWoken = false
  #rest: { readonly isLight: boolean; end(): void } | undefined

  /** @param subscription what wakes it; closed with it. */
  constructor(source: OutboxSource, consumer: Consumer, subscription: Subscription | undefined) {
    const { signal } = consumer.settings
    this.#source = source
    this.#consumer = { ...consumer, handler: this.#followed(consumer.handler) }
    const close = (): void => void this.close()
    signal?.addEventListener('abort', close, { once: true })
    // What was missed meanwhile may have been what would have woken it.
    const stopHearing = source.on('gap', () => this.wake())
    this.done = this.#live(async () => {
      signal?.removeEventListener('abort', close)
      stopHearing()
      await subscription?.close().catch(ignored)
    })
    this.done.catch(ignored)
  }

  get consumer(): string {
    return this.#consumer.name
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#batch.abort()
    this.#rest?.end()
    // Its handler would wait for itself.
    if (handling.getStore() !== this) await this.done.catch(ignored)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  wake(): void {
    this.#isWoken = true
    if (this.#rest?.isLight) this.#rest.end()
  }

  async #live(leave: () => Promise<void>): Promise<void> {
    try {
      await this.#run()
    } finally {
      this.#closing.abort()
      await leave()
    }
  }

  async #run(): Promise<void> {
    const { settings } = this.#consumer
    let delays: Schedule | undefined
    let heldMs = heldBackMs
    while (!this.#closing.signal.aborted) {
      this.#isWoken = false
      try {
        const delivered = await this.#deliver()
        delays?.close()
        delays = undefined
        if (delivered === 'full') continue
        heldMs = delivered === 'heldBack' ? Math.min(2 * heldMs, settings.pollMs) : heldBackMs
        if (!this.#isWoken) await this.#sleep(delivered === 'heldBack' ? heldMs : settings.pollMs, true)
      } catch (error) {
        if (this.#isOver(error)) break
        delays ??= this.#newSchedule()
        this.#report(error)
        const delayMs = delays.next()
        if (delayMs === undefined) throw error
        await this.#recover(delayMs)
      }
    }
    delays?.close()
  }

  /** The next batch never begins while the handler of this one runs, whatever became of its transaction. */
  async #deliver(): Promise<Delivered> {
    this.#batch = new AbortController()
    try {
      return await deliver(this.#source, this.#consumer, this.#batch.signal)
    } catch (error) {
      this.#batch.abort(error)
      throw error
    } finally {
      await this.#work
    }
  }

  #followed(handler: DeliveryHandler): DeliveryHandler {
    return (messages, context) => {
      const run = async (): Promise<unknown> => handler(messages, context)
      const work = handling.run(this, run)
      this.#work = work.catch((error: unknown) => {
        this.#handlerError = error
      })
      return work
    }
  }

  /** Closed, or its connection is; a handler may well reject with the same of a connection of its own. */
  #isOver(error: unknown): boolean {
    if (this.#closing.signal.aborted) return true
    return error instanceof ConnectionClosedError && error !== this.#handlerError
  }

  #newSchedule(): Schedule {
    return new Schedule(this.#consumer.settings.backoff, (error) => this.#report(error))
  }

  #report(error: unknown): void {
    const { settings, name } = this.#consumer
    const { onError } = settings
    if (onError !== undefined) callFenced(() => onError(error), ignored)
    // A lost session is told by its connection; of a handler that fails nobody else would ever hear.
    else if (error === this.#handlerError && !this.#hasWarned && !(error instanceof ConnectionLostError)) {
      this.#hasWarned = true
      process.emitWarning(`the handler of the consumer '${name}' failed; give an onError to hear why`)
    }
  }

  async #recover(delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#sleep(delayMs, false)
    // Why there is no session is told by whatever is asked next.
    if (!this.#closing.signal.aborted)
      await this.#source.ready({ signal: this.#closing.signal }).catch(ignored)
  }

  #sleep(ms: number, isLight: boolean): Promise<void> {
    const { clock } = this.#consumer.settings
    if (this.#closing.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clock.clearTimeout(timer)
        this.#rest = undefined
        resolve()
      }
      const timer = clock.setTimeout(end, ms)
      this.#rest = { isLight, end }
    })
  }
}

const ignored = (): void => undefined
