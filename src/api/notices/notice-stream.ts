import { checkNames, checkNumber, checkSignal } from '../../errors/check-option.ts'
import { Fifo } from '../../machines/mailbox/fifo.ts'
import type { ConnectionNotice } from '../connection-events.ts'

const defaultLimit = 10_000

/** The connection's life as one reader sees it: bounded, what was dropped is told, ended by `closed`, abort or leaving. */
export class NoticeStream implements AsyncIterableIterator<ConnectionNotice> {
  readonly #limit: number
  readonly #left: () => void
  readonly #signal: AbortSignal | undefined
  readonly #buffer = new Fifo<ConnectionNotice>()
  #dropped = 0
  #wakes: (() => void)[] = []
  #isEnded = false

  constructor(options: { signal?: AbortSignal; bufferLimit?: number } = {}, left: () => void) {
    checkNames(options, ['signal', 'bufferLimit'])
    const { bufferLimit = defaultLimit, signal } = options
    checkSignal(signal)
    checkNumber(
      'bufferLimit',
      bufferLimit,
      'a whole number of at least 1',
      (n) => Number.isInteger(n) && n > 0,
    )
    this.#limit = bufferLimit
    this.#left = left
    this.#signal = signal
    this.#isEnded = signal?.aborted ?? false
    signal?.addEventListener('abort', this.#end, { once: true })
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  push(notice: ConnectionNotice): void {
    if (this.#isEnded) return
    // What tells the end is never what is dropped.
    if (this.#buffer.size >= this.#limit) {
      this.#buffer.shift()
      this.#dropped++
    }
    this.#buffer.push(notice)
    this.#wakes.shift()?.()
    if (notice.type === 'closed') this.#end()
  }

  async next(): Promise<IteratorResult<ConnectionNotice>> {
    for (;;) {
      if (this.#dropped > 0) {
        const dropped = this.#dropped
        this.#dropped = 0
        return { done: false, value: { type: 'overflow', dropped } }
      }
      const notice = this.#buffer.shift()
      if (notice !== undefined) return { done: false, value: notice }
      if (this.#isEnded) return { done: true, value: undefined }
      await new Promise<void>((resolve) => this.#wakes.push(resolve))
    }
  }

  async return(): Promise<IteratorResult<ConnectionNotice>> {
    this.#end()
    this.#forget()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  readonly #end = (): void => {
    this.#isEnded = true
    if (this.#signal?.aborted) this.#forget()
    this.#signal?.removeEventListener('abort', this.#end)
    this.#left()
    for (const wake of this.#wakes.splice(0)) wake()
  }

  #forget(): void {
    this.#dropped = 0
    while (this.#buffer.shift() !== undefined);
  }
}
