import { createActor } from 'xstate'
import type { Clock } from '../../backoff/clock.ts'
import { retry } from '../../backoff/retry.ts'
import { Schedule } from '../../backoff/schedule.ts'
import { total } from '../../detectors/total.ts'
import { checkFunction, checkNames } from '../../errors/check-option.ts'
import { ConnectionDeadError } from '../../errors/connect-errors.ts'
import type { FailurePhase } from '../../errors/failure.ts'
import { ConnectionClosedError } from '../../errors/session-errors.ts'
import { failureOfError } from '../../machines/session/record-failure.ts'
import type { Supervised } from '../../machines/supervisor/supervised.ts'
import { supervisorMachine } from '../../machines/supervisor/supervisor.machine.ts'
import { announceChart } from '../births.ts'
import type { WaitOptions } from '../queryable.ts'
import { checkWaitOptions } from '../requests/wait-options.ts'
import { RecoveryHandlers } from './recovery-handlers.ts'
import type { SupervisorEvents } from './supervisor-events.ts'
import { SupervisorNotices } from './supervisor-notices.ts'
import { checkResource, type Resource, readOptions, type SupervisorOptions } from './supervisor-options.ts'

/** Of this process: it has no name of its own. */
let supervisors = 0

/**
 * txpostgres' DeadConnectionDetector for anything with connect() and close(): a broker, a cache, a client of your own.
 * Work that goes through `run()` is refused while the resource is dead, and its errors are judged; a deadly one closes
 * the resource and connects it again by the schedule, one recovery at a time. The storm limit is for servers, not here.
 *
 * The first connect is yours; made through `run()`, it is tried again like any other. close() is called once for each
 * loss and each failed attempt, and may fail or hang (500 ms).
 *
 * @throws {InvalidOptionError} for a resource without these methods, and for bad options.
 *
 * @example
 * ```ts
 * import { networkError, Supervisor } from 'pg-supervisor'
 *
 * interface Broker {
 *   connect(): Promise<void>
 *   close(): void
 *   publish(message: string): Promise<void>
 * }
 *
 * export async function supervised(broker: Broker): Promise<Supervisor<Broker>> {
 *   const supervisor = new Supervisor(broker, { isDead: networkError('ECONNRESET', 'EPIPE', 'ECONNREFUSED') })
 *   supervisor.on('recovered', ({ attempts }) => console.log(`back after ${attempts} attempts`))
 *   await supervisor.run(() => broker.connect())
 *   await supervisor.run(() => broker.publish('hello'), { timeoutMs: 1_000 })
 *   return supervisor
 * }
 * ```
 */
export class Supervisor<R extends { connect(): Promise<unknown>; close(): unknown }> {
  readonly #clock: Clock
  readonly #notices = new SupervisorNotices()
  readonly #handlers = new RecoveryHandlers((error, during) => this.#notices.reportError(error, during))
  readonly #actor: ReturnType<typeof createActor<ReturnType<typeof supervisorMachine>>>

  constructor(resource: R, options: SupervisorOptions = {}) {
    checkResource(resource)
    const supervised = this.#supervised(resource, readOptions(options))
    this.#clock = supervised.clock
    this.#actor = createActor(supervisorMachine(supervised), { clock: timersOf(supervised.clock) })
    const notices = this.#notices
    this.#actor.on('lost', ({ failure }) => notices.publish('lost', { failure }))
    this.#actor.on('reconnecting', ({ attempt, delayMs }) =>
      notices.publish('reconnecting', { attempt, delayMs }),
    )
    this.#actor.on('recovered', ({ attempts }) => notices.publish('recovered', { attempts }))
    this.#actor.on('dead', ({ failure }) => notices.publish('dead', { failure }))
    this.#actor.start()
    announceChart(this, {
      name: `supervisor ${++supervisors}`,
      actor: this.#actor,
      now: () => this.#clock.now(),
    })
  }

  /** From the moment it is found dead until its recovery handlers have run; for good once given up. */
  get isDead(): boolean {
    return this.#context.failure !== undefined
  }

  /**
   * Calls `fn`, at once, unless the resource is dead. What it fails with is judged, and reaches the caller as it is.
   * `timeoutMs` counts from the call; what goes on behind it or behind an abort is still judged, and nothing else.
   * Inside a recovery handler it works already.
   *
   * @throws {ConnectionDeadError} (rejects) while dead; `fn` was not called.
   * @throws {ConnectionClosedError} (rejects) after stop().
   * @throws {RequestTimeoutError} (rejects) of phase 'execution' and outcome 'unknown'.
   */
  async run<T>(fn: () => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    checkFunction('fn', fn)
    checkNames(options, ['signal', 'timeoutMs'])
    checkWaitOptions(options)
    const { signal, timeoutMs } = options
    signal?.throwIfAborted()
    this.#admit()
    const { life } = this.#context
    // What fails late says nothing of what has been connected since.
    const judge = (error: unknown): void => {
      if (this.#context.life === life) this.#judge(error, 'querying')
    }
    const attempt = (_: number, abandoned: AbortSignal): Promise<T> => {
      const work = (async () => fn())()
      work.catch((error: unknown) => abandoned.aborted && judge(error))
      return work
    }
    return retry(attempt, {
      backoff: () => [0],
      shouldRetry: (error) => {
        judge(error)
        return false
      },
      clock: this.#clock,
      ...(signal && { signal }),
      ...(timeoutMs && { attemptTimeoutMs: timeoutMs }),
    })
  }

  /** Judges an error from elsewhere; true = found deadly, recovery began. False also while it is dead already. */
  report(error: unknown): boolean {
    return this.#judge(error, 'idle')
  }

  /**
   * Begins anew after it was given up, with a fresh schedule. False, and nothing done, in any other condition.
   *
   * @example
   * ```ts
   * import type { Supervisor } from 'pg-supervisor'
   *
   * export function neverGiveUp(supervisor: Supervisor<{ connect(): Promise<void>; close(): void }>): void {
   *   supervisor.on('dead', () => setTimeout(() => supervisor.recover(), 3_600_000))
   * }
   * ```
   */
  recover(): boolean {
    if (!this.#actor.getSnapshot().matches('givenUp')) return false
    this.#actor.send({ type: 'recover' })
    return true
  }

  /**
   * Runs on each recovery, not on the first connect, before `run()` is open to others; awaited, one after the other,
   * bounded by connectTimeoutMs in all; a failure goes to `listenerError` and is not fatal. A set: added twice = once.
   * Returns how to remove it.
   */
  addRecoveryHandler(handler: () => unknown): () => void {
    checkFunction('handler', handler)
    this.#handlers.add(handler)
    return () => this.removeRecoveryHandler(handler)
  }

  /** Does nothing where it was not added. */
  removeRecoveryHandler(handler: () => unknown): void {
    this.#handlers.delete(handler)
  }

  /** Returns how to stop listening. */
  on<K extends keyof SupervisorEvents>(type: K, listener: (event: SupervisorEvents[K]) => void): () => void {
    return this.#notices.on(type, listener)
  }

  /**
   * Ends the supervision for good: no more attempt, no timer, nothing comes back. A resource that is alive stays with its
   * owner, to be closed; one that is dead is left closed, also where an attempt succeeds afterwards. Idempotent.
   */
  async stop(): Promise<void> {
    if (!this.#isStopped) this.#actor.send({ type: 'stop' })
    await new Promise<void>((resolve) => {
      if (this.#isStopped) resolve()
      else this.#actor.subscribe({ complete: resolve })
    })
  }

  get #context() {
    return this.#actor.getSnapshot().context
  }

  get #isStopped(): boolean {
    return this.#actor.getSnapshot().status === 'done'
  }

  #admit(): void {
    const snapshot = this.#actor.getSnapshot()
    const { failure, since, attempts: attempt, nextAttemptAt } = snapshot.context
    if (snapshot.matches('stopped') || snapshot.matches('stopping'))
      throw new ConnectionClosedError('the supervisor was stopped; nothing was done')
    if (failure === undefined || (snapshot.matches({ recovering: 'restoring' }) && this.#handlers.isInside))
      return
    const message = `the resource is down: ${failure.message}; nothing was done`
    throw new ConnectionDeadError(message, { since, attempt, nextAttemptAt, cause: failure.error })
  }

  #judge(error: unknown, phase: FailurePhase): boolean {
    const { life } = this.#context
    if (this.#isStopped) return false
    this.#actor.send({ type: 'report', failure: failureOfError(error, { phase, at: this.#clock.now() }) })
    return this.#context.life > life
  }

  #supervised(resource: Resource, options: ReturnType<typeof readOptions>): Supervised {
    const { clock, connectTimeoutMs, judges } = options
    const report = (during: string) => (error: unknown) => this.#notices.reportError(error, during)
    let schedule: Schedule | undefined
    return {
      clock,
      connectTimeoutMs,
      connect: () => resource.connect(),
      close: () => resource.close(),
      isDead: total(judges.isDead, report('isDead')),
      // A judge that broke is no reason to give up for good.
      isHopeless: total(judges.isHopeless, report('isHopeless'), false),
      renewSchedule: () => {
        schedule?.close()
        schedule = new Schedule(judges.backoff, report('backoff'))
      },
      nextDelay: () => schedule?.next(),
      recover: (signal) => this.#handlers.run(signal, clock, connectTimeoutMs),
    }
  }
}

/** XState calls them without their clock. */
const timersOf = (clock: Clock) => ({
  setTimeout: (callback: () => void, ms: number) => clock.setTimeout(callback, ms),
  clearTimeout: (id: unknown) => clock.clearTimeout(id),
})
