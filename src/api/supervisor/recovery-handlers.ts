// What is run after each recovery, before anybody else may use the resource.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../backoff/clock.ts'
import { Deadline } from '../../machines/deadline.ts'

export type RecoveryHandler = () => unknown

/** The recovery on whose behalf this is called. */
const recoveries = new AsyncLocalStorage<AbortSignal>()

export class RecoveryHandlers {
  readonly #handlers = new Set<RecoveryHandler>()
  readonly #report: (error: unknown, during: string) => void
  #present: AbortSignal | undefined

  constructor(report: (error: unknown, during: string) => void) {
    this.#report = report
  }

  add(handler: RecoveryHandler): void {
    this.#handlers.add(handler)
  }

  delete(handler: RecoveryHandler): void {
    this.#handlers.delete(handler)
  }

  /** This call is made by a handler of the recovery that is going on. */
  get isInside(): boolean {
    return this.#present !== undefined && recoveries.getStore() === this.#present
  }

  /** One after the other, all within `limitMs`; what fails or takes too long is reported and passed over. */
  async run(signal: AbortSignal, clock: Clock, limitMs: number): Promise<void> {
    this.#present = signal
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    let isOver = false
    const deadline = new Deadline(clock, limitMs, () => {
      isOver = true
      this.#report(new Error(`recovery handlers did not end within ${limitMs} ms`), 'a recovery handler')
      end()
    })
    signal.addEventListener('abort', end, { once: true })
    try {
      for (const handler of [...this.#handlers]) {
        if (isOver || signal.aborted) break
        await Promise.race([this.#runOne(handler, signal), ended])
      }
    } finally {
      deadline.clear()
      this.#present = undefined
    }
  }

  async #runOne(handler: RecoveryHandler, signal: AbortSignal): Promise<void> {
    try {
      await recoveries.run(signal, async () => handler())
    } catch (error) {
      this.#report(error, 'a recovery handler')
    }
  }
}
