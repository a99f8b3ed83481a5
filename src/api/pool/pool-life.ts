// Who waits for the pool to be up, or to be gone: start(), ready() and end() settle by what the chart emits.
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkNames, checkNumber } from '../../errors/check-option.ts'
import { Deadline } from '../../machines/deadline.ts'
import type { WaitOptions } from '../queryable.ts'
import { checkWaitOptions, reasonOf } from '../requests/wait-options.ts'
import type { PoolCore, PoolWord } from './pool-core.ts'

type Answer = { readonly error?: unknown }
type Hear = (word: PoolWord) => boolean

export class PoolLife {
  readonly #core: () => PoolCore
  readonly #waiting = new Set<Hear>()

  constructor(core: () => PoolCore) {
    this.#core = core
  }

  hear(word: PoolWord): void {
    for (const hear of [...this.#waiting]) if (hear(word)) this.#waiting.delete(hear)
  }

  async start(options: WaitOptions = {}): Promise<void> {
    checkBounds(options)
    const core = this.#core()
    const { value } = core.actor.getSnapshot()
    if (options.signal?.aborted) throw reasonOf(options.signal)
    if (core.isClosed) throw core.refusals.closed()
    if (typeof value === 'object' && 'running' in value) {
      if (core.floor > 0) await this.ready(options)
      return
    }
    const isFirst = value === 'idle'
    if (isFirst) core.connectErrors = []
    let hasFailed = false
    const started = this.#wait(
      options,
      (word) => {
        hasFailed = word.type === 'startFailed'
        return this.#startAnswer(word)
      },
      () => {
        if (isFirst) core.actor.send({ type: 'start.abort' })
      },
    )
    if (isFirst) core.actor.send({ type: 'start' })
    await started
    if (!hasFailed) return
    // What connect() was rejected with comes a moment after its member was given up.
    await new Promise((resolve) => setImmediate(resolve))
    const message = `${core.settings.name} was not started: not every connection came about, and none was left open`
    throw new AggregateError(core.connectErrors, message)
  }

  async ready(options: WaitOptions = {}): Promise<void> {
    checkBounds(options)
    const core = this.#core()
    if (options.signal?.aborted) throw reasonOf(options.signal)
    if (core.isClosed) throw core.refusals.closed()
    if (core.isUp) return
    const isReady = this.#wait(options, (word) => this.#readyAnswer(word))
    core.grow(1 - core.connecting)
    await isReady
  }

  async end(options: { drainMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    checkNames(options, ['drainMs', 'signal'])
    const { drainMs = 0, signal } = options
    checkNumber('drainMs', drainMs, 'milliseconds, 0 or more', (ms) => ms >= 0 && ms <= longestDelayMs)
    checkWaitOptions(signal === undefined ? {} : { signal })
    const core = this.#core()
    if (core.actor.getSnapshot().value === 'closed' || core.isBroken) return
    const ended = this.#wait(signal === undefined ? {} : { signal }, ({ type }) =>
      type === 'closed' ? {} : undefined,
    )
    // A second end() waits for the first.
    core.actor.send({ type: 'end', drainMs })
    await ended
  }

  #startAnswer({ type }: PoolWord): Answer | undefined {
    if (type === 'started' || type === 'startFailed') return {}
    return type === 'closed' ? { error: this.#core().refusals.closed() } : undefined
  }

  #readyAnswer({ type }: PoolWord): Answer | undefined {
    const { refusals, outage } = this.#core()
    if (type === 'member.up') return {}
    if (type === 'closed') return { error: refusals.closed() }
    if (type === 'givenUp') return { error: outage?.error() ?? refusals.closed() }
    return undefined
  }

  #wait(
    { signal, timeoutMs }: WaitOptions,
    answer: (word: PoolWord) => Answer | undefined,
    abandoned?: () => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal?.removeEventListener('abort', abort)
        deadline?.clear()
      }
      const hear: Hear = (word) => {
        const answered = answer(word)
        if (answered === undefined) return false
        settle()
        if ('error' in answered) reject(answered.error)
        else resolve()
        return true
      }
      const leave = (error: unknown): void => {
        this.#waiting.delete(hear)
        settle()
        reject(error)
        abandoned?.()
      }
      const abort = (): void => leave(reasonOf(signal as AbortSignal))
      const deadline =
        timeoutMs === undefined
          ? undefined
          : new Deadline(this.#core().clock, timeoutMs, () =>
              leave(this.#core().refusals.timedOut(timeoutMs)),
            )
      this.#waiting.add(hear)
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }
}

function checkBounds(options: WaitOptions): void {
  checkNames(options, ['signal', 'timeoutMs'])
  checkWaitOptions(options)
}
