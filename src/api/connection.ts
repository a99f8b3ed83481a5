import { checkFunction } from '../errors/check-option.ts'
import {
  RollbackFailedError as AnyRollbackFailedError,
  type RollbackFailedDetails,
} from '../errors/transaction-errors.ts'
import type { MachineNotice } from '../machines/connection.events.ts'
import { type ConnectionMachine, connectionMachine } from '../machines/connection.machine.ts'
import type { RequestLane } from '../machines/mailbox/request.ts'
import { announceBirth } from './births.ts'
import { localCommitWarning, tellsLocalCommit } from './commits/local-commit.ts'
import type { ConnectionConfig } from './connection-config.ts'
import type { ConnectionEvents, ConnectionNotice, NotificationObserver } from './connection-events.ts'
import { ConnectionReadings } from './connection-readings.ts'
import { Core } from './core.ts'
import type { CursorHome } from './cursors/cursor-home.ts'
import { OwnTransaction } from './cursors/own-transaction.ts'
import { runSession } from './leases/session-handle.ts'
import { checkTransactionOptions } from './leases/transaction-options.ts'
import { runTransaction } from './leases/transaction-runner.ts'
import { Life } from './life.ts'
import { Listening } from './listening/listening.ts'
import type { ListenOptions, Subscription } from './listening/subscription.ts'
import { Notices } from './notices/notices.ts'
import { readConfig } from './options/read-config.ts'
import type { Transaction, TransactionOptions, WaitOptions } from './queryable.ts'
import type { Session } from './session.ts'
import { SessionCare } from './sessions/session-care.ts'

/**
 * One supervised connection to a PostgreSQL server. It survives its sessions: a lost one is replaced by the schedule, LISTENs
 * are restored before anything that waits, and every promise ends in a result or in an error that says what is known.
 *
 * @example
 * ```ts
 * import { Connection } from 'pg-supervisor'
 *
 * await using connection = await new Connection('postgres://localhost/app').connect()
 * const { rows } = await connection.query('select id, name from account where id = $1', [42])
 * ```
 *
 * @throws {InvalidOptionError} for options of a wrong type or range, and for unknown names
 */
export class Connection extends ConnectionReadings implements AsyncDisposable {
  protected readonly core: Core
  readonly #listening = new Listening(() => this.core)
  readonly #life = new Life(() => this.core)
  readonly #care = new SessionCare(() => this.core, this.#listening.channels)

  /**
   * @param machine the chart with guards of your own, as `connectionMachine.provide({ guards })` of
   * `pg-supervisor/machines` makes it; costs about 25 kB a chart, which may serve many connections.
   */
  constructor(config?: string | ConnectionConfig, machine: ConnectionMachine = connectionMachine) {
    super()
    const settings = readConfig(config)
    const care = this.#care
    this.core = new Core(machine, settings, new Notices(settings), {
      connection: this,
      heard: (notification) => this.#listening.deliver(notification),
      prepare: (lane) => care.prepare(lane),
      recover: (signal) => care.recover(signal),
      startMonitors: (watch) => care.startMonitors(watch),
      doubtListens: (since) => this.#listening.channels.doubt(since),
      sessionLost: () => this.#listening.channels.lost(),
      shut: () => {
        this.#listening.channels.end()
        if (this.core.isBroken) this.#hear({ type: 'closed' })
      },
    })
    this.core.onlookers.hear((notice) => this.#hear(notice))
    announceBirth(this)
  }

  protected get lane(): RequestLane {
    return this.core.mailbox.root
  }

  protected override cursorHome(isDetached: boolean, refusal: CursorHome['refusal']): CursorHome {
    return new OwnTransaction((work, options) => this.transaction(work, options), isDetached, refusal)
  }

  /**
   * Opens the session; resolves with this connection once it is usable. One attempt by default; `deadlineMs` keeps trying by
   * the reconnection schedule, in state `connecting` throughout. Fails → state `dead`, nothing goes on in the background;
   * aborted → the state before. Allowed in idle, dead and closed. While reconnecting it skips the remaining delay and joins
   * the attempt; if that fails connect() rejects and the schedule goes on.
   *
   * @throws {ConnectFailedError} when no session came about
   * @throws {AlreadyConnectedError} in any other state, changing nothing
   */
  async connect(options?: { signal?: AbortSignal; deadlineMs?: number }): Promise<this> {
    await this.#life.connect(options)
    return this
  }

  /**
   * Resolves when the connection is usable: at once if it is; in `idle` it waits for a connect().
   *
   * @throws {ConnectionDeadError} when it is given up first
   * @throws {ConnectionClosedError} when it is closed first
   * @throws {RequestTimeoutError} after `timeoutMs`
   */
  async ready(options?: WaitOptions): Promise<this> {
    await this.#life.ready(options)
    return this
  }

  /**
   * Ends for good, whatever the state: no more attempt, timer or socket. New work is refused at once; `drainMs` (default 0)
   * lets accepted work and running callbacks finish first; what is in flight then is asked to cancel, and the rest is rejected
   * in FIFO order with ConnectionClosedError. Idempotent. A server that does not answer is cut off after 500 ms. connect()
   * starts a new life.
   */
  async end(options?: { drainMs?: number; signal?: AbortSignal }): Promise<void> {
    await this.#life.end(options)
  }

  /** The same as end(), now, and without waiting for it; `reason` becomes the cause of what is rejected. */
  destroy(reason?: Error): void {
    const { wiring, actor } = this.core
    wiring.closeCause = reason
    actor.send({ type: 'end', drainMs: 0 })
    // It is the reason for this end, not for that of a later life.
    wiring.closeCause = undefined
  }

  /** end(), at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  /**
   * begin, work(tx), commit; other requests wait meanwhile. `work` rejects → rollback, same error. Commit fails → rolled
   * back, commit's error. Statements not awaited are waited for before COMMIT, their rejections count as handled.
   *
   * @example
   * ```ts
   * const balance = await connection.transaction(async (tx) => {
   *   await tx.query('update account set cents = cents - $1 where id = $2', [500, 7])
   *   const { rows } = await tx.query('select cents from account where id = $1', [7])
   *   return rows[0].cents
   * }, { isolation: 'serializable', retry: true })
   * ```
   *
   * @throws {ConnectionLostError} notApplied: the session was lost before COMMIT was written
   * @throws {CommitOutcomeUnknownError} COMMIT was written and its answer is lost
   * @throws {TransactionAbortedError} COMMIT was answered by ROLLBACK; cause = the first swallowed error
   * @throws {RollbackFailedError} the rollback failed on a living session, which is replaced
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: TransactionOptions): Promise<T> {
    checkFunction('work', work)
    if (options !== undefined) checkTransactionOptions(options)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    return runTransaction(this.core, this.lane, work, options)
  }

  /**
   * Exclusive use without a transaction: advisory locks, SET, temp tables. Transaction control by hand is allowed here; a
   * transaction left open at the end is rolled back and reported as a `warning`.
   *
   * @example
   * ```ts
   * await connection.session(async (session) => {
   *   await session.query('select pg_advisory_lock($1)', [42])
   *   await session.query('select do_what_only_one_may_do()')
   * })
   * ```
   *
   * @throws {ConnectionLostError} 'unknown' where the lost statement was written
   */
  async session<T>(work: (session: Session) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    checkFunction('work', work)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    return runSession(this.core, work, options)
  }

  /**
   * LISTENs, and again after each recovery before any queued work runs. Resolves once LISTEN stands; accepted in every state
   * but closing, closed and settled dead. With an observer: it is awaited before its next call. Without: iterate the
   * subscription.
   *
   * @example
   * ```ts
   * await using orders = await connection.listen('orders')
   * for await (const { payload } of orders) {
   *   if (payload === 'stop') break
   * }
   * ```
   *
   * @throws {RangeError} for names over 63 bytes, empty, or with NUL, before any SQL; nothing is truncated or folded
   */
  listen(channel: string, observer?: NotificationObserver, options?: ListenOptions): Promise<Subscription> {
    return this.#listening.listen(channel, observer, options)
  }

  /** Closes all subscriptions of the channel. */
  unlisten(channel: string, options?: WaitOptions): Promise<void> {
    return this.#listening.unlisten(channel, options)
  }

  /** Hears every notification of every channel; set semantics; may be called before connect; survives recoveries. */
  addNotifyObserver(observer: NotificationObserver): () => void {
    this.#listening.addObserver(observer)
    return () => this.#listening.removeObserver(observer)
  }

  /** What was queued for it is dropped; a call of it that runs may finish. */
  removeNotifyObserver(observer: NotificationObserver): void {
    this.#listening.removeObserver(observer)
  }

  /** A copy, in the order of their adding. */
  get notifyObservers(): ReadonlySet<NotificationObserver> {
    return this.#listening.observers
  }

  /**
   * Judges an error with the connection's death checker; true = found deadly, recovery began. For errors that the
   * connection can't know of, such as those of a stream on `unsafeClient`.
   */
  checkForDeath(error: unknown): boolean {
    if (!this.core.isAttached) return false
    this.core.actor.send({ type: 'judge', failure: this.core.failureOf(error) })
    return !this.core.isAttached
  }

  /**
   * Runs on each recovery, not on the first connect, before anything that waited is sent; awaited, bounded by
   * connectTimeoutMs in all; a failure is reported as `listenerError`, not fatal. Returns how to remove it.
   *
   * @example
   * ```ts
   * connection.addRecoveryHandler((session) => session.query('select refresh_presence()'))
   * ```
   */
  addRecoveryHandler(handler: (session: Session) => unknown): () => void {
    checkFunction('handler', handler)
    this.#care.addRecoveryHandler(handler)
    return () => this.removeRecoveryHandler(handler)
  }

  /** Does nothing where it was not added. */
  removeRecoveryHandler(handler: (session: Session) => unknown): void {
    this.#care.removeRecoveryHandler(handler)
  }

  /**
   * Hears one kind of notice until the returned function is called or `signal` aborts.
   *
   * @example
   * ```ts
   * const stop = connection.on('gap', ({ channels }) => console.log('look what is new:', channels))
   * stop()
   * ```
   */
  on<K extends keyof ConnectionEvents>(
    type: K,
    listener: (event: ConnectionEvents[K]) => void,
    options?: { signal?: AbortSignal },
  ): () => void {
    return this.core.notices.on(type, listener, options)
  }

  /**
   * The connection's life as a stream: every notice from now on, in order, until `closed` or `signal`. Holds at most
   * `bufferLimit` unread ones; what is dropped beyond is told by an `overflow` notice.
   *
   * @example
   * ```ts
   * for await (const notice of connection.events()) {
   *   if (notice.type === 'state') console.log(notice.from, notice.to)
   * }
   * ```
   */
  events(options?: { signal?: AbortSignal; bufferLimit?: number }): AsyncIterable<ConnectionNotice> {
    return this.core.notices.stream(options)
  }

  #hear(notice: MachineNotice): void {
    const { notices } = this.core
    if (notice.type === 'notification') return this.#listening.heard(notice)
    if (notice.type === 'connected') this.#listening.channels.attached()
    if (notice.type === 'dead' || notice.type === 'withdrawn')
      this.#listening.channels.refuseWaiting(this.core.refusals.lostForGood(notice))
    if (notice.type !== 'attemptFailed' && notice.type !== 'withdrawn') notices.publish(notice)
    if (notice.type === 'notice' && tellsLocalCommit(notice.notice)) notices.publish(localCommitWarning)
    this.#life.hear(notice)
  }
}

/** A rollback failed on a living session, which is replaced; `connection` is the one it failed on. */
export type RollbackFailedError = AnyRollbackFailedError<Connection>
export const RollbackFailedError: new (
  message: string,
  details: RollbackFailedDetails<Connection>,
) => RollbackFailedError = AnyRollbackFailedError
