// Who waits for the connection to be up, or to be gone: connect(), ready() and end() settle by what the chart emits.

import { longestDelayMs } from '../backoff/longest-delay.ts'
import { checkNames, checkNumber } from '../errors/check-option.ts'
import { AlreadyConnectedError, ConnectFailedError } from '../errors/connect-errors.ts'
import { createFailure, type Failure } from '../errors/failure.ts'
import type { ConnectionState, MachineNotice } from '../machines/connection.events.ts'
import { Deadline } from '../machines/deadline.ts'
import type { Core } from './core.ts'
import type { WaitOptions } from './queryable.ts'
import { checkWaitOptions } from './requests/wait-options.ts'

/** True = the answer was for this one. */
type Hear = (notice: MachineNotice) => boolean

const mayConnect: ReadonlySet<ConnectionState> = new Set(['idle', 'dead', 'closed'])

export class Life {
  readonly #core: () => Core
  readonly #waiting = new Set<Hear>()

  constructor(core: () => Core) {
    this.#core = core
  }

  hear(notice: MachineNotice): void {
    for (const hear of [...this.#waiting]) if (hear(notice)) this.#waiting.delete(hear)
  }

  connect(options: { signal?: AbortSignal; deadlineMs?: number } = {}): Promise<void> {
    checkNames(options, ['signal', 'deadlineMs'])
    const { signal, deadlineMs } = options
    if (deadlineMs !== undefined) {
      checkNumber(
        'deadlineMs',
        deadlineMs,
        'milliseconds, more than 0',
        (ms) => ms > 0 && ms <= longestDelayMs,
      )
    }
    checkWaitOptions(signal === undefined ? {} : { signal })
    const core = this.#core()
    const { word } = core.actor.getSnapshot().context
    const joins = word === 'reconnecting'
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (core.isBroken) return Promise.reject(core.refusals.closed())
    if (!joins && !mayConnect.has(word)) {
      const details = { connectionName: core.settings.name }
      return Promise.reject(
        new AlreadyConnectedError(`connect() on ${core.settings.name}, which is ${word}`, details),
      )
    }
    const patience = new AbortController()
    const abandoned = this.#wait(
      (notice) => this.#connectAnswer(notice, joins),
      eitherOf(signal, patience.signal),
      () => {
        if (!joins) core.actor.send({ type: 'connect.abort' })
      },
    )
    const until = deadlineMs === undefined ? undefined : core.clock.now() + deadlineMs
    const expire = (): void => {
      const failure = this.#expired(deadlineMs as number)
      // The attempt that was joined is the schedule's, and goes on.
      if (joins)
        patience.abort(this.#failed({ failure, attempts: core.actor.getSnapshot().context.attempts }))
      else core.actor.send({ type: 'connect.expire', failure })
    }
    const deadline = deadlineMs === undefined ? undefined : new Deadline(core.clock, deadlineMs, expire)
    core.actor.send({ type: 'connect', until })
    return abandoned.finally(() => deadline?.clear())
  }

  ready(options: WaitOptions = {}): Promise<void> {
    checkNames(options, ['signal', 'timeoutMs'])
    checkWaitOptions(options)
    const core = this.#core()
    const { signal, timeoutMs } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (core.isAttached) return Promise.resolve()
    const { value, context } = core.actor.getSnapshot()
    if (core.isGivenUp) return Promise.reject(this.#down(context.failure, context.attempts))
    if (value === 'closed' || core.isBroken || (typeof value === 'object' && 'closing' in value))
      return Promise.reject(core.refusals.closed())
    const controller = new AbortController()
    const deadline =
      timeoutMs === undefined
        ? undefined
        : new Deadline(core.clock, timeoutMs, () =>
            controller.abort(core.refusals.timedOut(timeoutMs, 'queue')),
          )
    return this.#wait((notice) => this.#readyAnswer(notice), eitherOf(signal, controller.signal)).finally(
      () => deadline?.clear(),
    )
  }

  end(options: { drainMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    checkNames(options, ['drainMs', 'signal'])
    const { drainMs = 0, signal } = options
    checkNumber('drainMs', drainMs, 'milliseconds, 0 or more', (ms) => ms >= 0 && ms <= longestDelayMs)
    checkWaitOptions(signal === undefined ? {} : { signal })
    const core = this.#core()
    if (core.actor.getSnapshot().value === 'closed' || core.isBroken) return Promise.resolve()
    const ended = this.#wait(
      (notice) => (notice.type === 'closed' ? { value: undefined } : undefined),
      signal,
    )
    const { value } = core.actor.getSnapshot()
    // A second end() waits for the first.
    if (typeof value !== 'object' || !('closing' in value)) core.actor.send({ type: 'end', drainMs })
    return ended
  }

  #wait(
    answer: (notice: MachineNotice) => Answer | undefined,
    signal?: AbortSignal,
    aborted?: () => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const hear: Hear = (notice) => {
        const answered = answer(notice)
        if (answered === undefined) return false
        signal?.removeEventListener('abort', abort)
        if ('error' in answered) reject(answered.error)
        else resolve()
        return true
      }
      const abort = (): void => {
        this.#waiting.delete(hear)
        reject(signal?.reason)
        aborted?.()
      }
      this.#waiting.add(hear)
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #connectAnswer(notice: MachineNotice, joins: boolean): Answer | undefined {
    if (notice.type === 'connected') return { value: undefined }
    if (notice.type === 'closed') return { error: this.#core().refusals.closed() }
    if (notice.type === 'dead' || (joins && notice.type === 'attemptFailed'))
      return { error: this.#failed(notice) }
    return undefined
  }

  #readyAnswer(notice: MachineNotice): Answer | undefined {
    if (notice.type === 'connected') return { value: undefined }
    if (notice.type === 'closed') return { error: this.#core().refusals.closed() }
    if (notice.type === 'dead' || notice.type === 'withdrawn')
      return { error: this.#down(notice.failure, notice.attempts) }
    return undefined
  }

  #failed({ failure, attempts }: { failure: Failure; attempts: number }): Error {
    const { settings, wiring } = this.#core()
    const targets = settings.hosts?.targets ?? [settings.address]
    const where = targets.map(({ host, port }) => `${host}:${port}`).join(', ')
    const times = attempts === 1 ? '' : ` after ${attempts} attempts`
    const message = `${settings.name} could not connect to ${where}${times}: ${failure.message}`
    const details = {
      failure,
      attempts,
      hopeless: wiring.isHopeless(failure),
      cause: failure.error,
      connectionName: settings.name,
    }
    return new ConnectFailedError(message, details)
  }

  #down(failure: Failure | undefined, attempt: number): Error {
    const { downSince: since } = this.#core().actor.getSnapshot().context
    return this.#core().refusals.down({ because: 'down', since, attempt, nextAttemptAt: undefined, failure })
  }

  /** The last attempt's failure says more than the deadline itself. */
  #expired(deadlineMs: number): Failure {
    const { clock, actor } = this.#core()
    const message = `no session within ${deadlineMs} ms`
    return (
      actor.getSnapshot().context.failure ??
      createFailure({
        kind: 'timeout',
        phase: 'connecting',
        at: clock.now(),
        message,
        error: new Error(message),
      })
    )
  }
}

type Answer = { readonly value: undefined } | { readonly error: unknown }

const eitherOf = (signal: AbortSignal | undefined, own: AbortSignal): AbortSignal =>
  signal === undefined ? own : AbortSignal.any([signal, own])
