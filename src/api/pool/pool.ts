import { inspect } from 'node:util'
import type { QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { announceChart } from '../births.ts'
import type { Connection } from '../connection.ts'
import type { NotificationObserver } from '../connection-events.ts'
import { readCursor } from '../cursors/cursor-plan.ts'
import { RefusedCursor } from '../cursors/refused-cursor.ts'
import type { ListenOptions, Subscription } from '../listening/subscription.ts'
import { readPoolConfig } from '../options/read-pool-config.ts'
import type {
  Cursor,
  CursorOptions,
  Queryable,
  RequestOptions,
  Transaction,
  TransactionOptions,
  WaitOptions,
} from '../queryable.ts'
import { checkChannel, checkPayload, quoteQualifiedName } from '../requests/identifiers.ts'
import {
  boundsOf,
  checkQuery,
  checkRequestOptions,
  checkValues,
  type Query,
} from '../requests/request-options.ts'
import type { Session } from '../session.ts'
import { addMember, removeMember } from './hot-swap.ts'
import type { PoolConfig } from './pool-config.ts'
import { PoolCore } from './pool-core.ts'
import { PoolCursor } from './pool-cursor.ts'
import type { PoolEvents } from './pool-events.ts'
import { poolSession, poolTransaction } from './pool-leases.ts'
import { PoolLife } from './pool-life.ts'
import { PoolListening } from './pool-listening.ts'
import { runErrand } from './pool-statements.ts'
import { type PoolStats, statsOf } from './pool-stats.ts'

/**
 * Supervised connections for many callers. A statement of its own goes to an idle connection, else to the least pending one
 * whose oldest statement is younger than 50 ms; transactions and sessions have one for themselves, first come, first served.
 * A connection that is down is never asked; when all are, `whileDown` decides. What was not sent when a connection died goes
 * to another. While a host is down one connection dials for all.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg-supervisor'
 *
 * await using pool = new Pool({ connectionString: 'postgres://localhost/app', max: 20 })
 * const { rows } = await pool.query('select id, name from account where id = $1', [42])
 * await pool.transaction((tx) => tx.query('update account set seen = now() where id = $1', [rows[0].id]))
 * ```
 *
 * @throws {InvalidOptionError} for options of a wrong type or range, and for unknown names
 */
export class Pool implements Queryable, AsyncDisposable {
  readonly #core: PoolCore
  readonly #life = new PoolLife(() => this.#core)
  readonly #listening: PoolListening

  constructor(config?: string | PoolConfig) {
    this.#core = new PoolCore(readPoolConfig(config), (word) => this.#life.hear(word))
    this.#listening = new PoolListening(this.#core)
    const { actor, clock, settings } = this.#core
    announceChart(this, { name: settings.name, actor, now: () => clock.now() })
  }

  /** Printing a pool prints no statement and no secret. */
  toJSON(): object {
    return { name: this.#core.settings.name, ...this.stats }
  }

  [inspect.custom](): string {
    return `Pool ${inspect(this.toJSON())}`
  }

  query<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig & RequestOptions,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: pg's own default, which its users' code relies on
  query<R extends QueryResultRow = any>(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  query(query: Query, values?: readonly unknown[], options?: RequestOptions): Promise<unknown> {
    return runErrand(this.#core, {
      check: () => checked(query, values, options),
      run: (connection, left) => connection.query(query as QueryConfig, values, within(options, left)),
    })
  }

  execute(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<number> {
    return runErrand(this.#core, {
      check: () => checked(query, values, options),
      run: (connection, left) => connection.execute(query, values, within(options, left)),
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  call<R extends QueryResultRow = any>(
    name: string,
    args?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>> {
    return runErrand(this.#core, {
      check: () => checked(quoteQualifiedName(name), args, options),
      run: (connection, left) => connection.call<R>(name, args, within(options, left)),
    })
  }

  /** As on a connection, with a connection of its own from the first fetch to the end. */
  cursor<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig,
    values?: readonly unknown[],
    options?: CursorOptions,
  ): Cursor<R>
  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  cursor<R extends QueryResultRow = any>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options?: CursorOptions,
  ): Cursor<R>
  cursor(query: Query, values?: readonly unknown[], options?: CursorOptions): Cursor<unknown> {
    try {
      const plan = readCursor({ settings: this.#core.settings.connection }, query, values, options)
      return new PoolCursor(this.#core, plan, this.#core.leaks.stackOf(Pool.prototype.cursor))
    } catch (error) {
      return new RefusedCursor(error, (rejection) => rejection)
    }
  }

  notify(channel: string, payload?: string, options?: WaitOptions): Promise<void> {
    return runErrand(this.#core, {
      check: () => {
        checkChannel(channel)
        checkPayload(payload ?? '')
        return checked('', undefined, options)
      },
      run: (connection, left) => connection.notify(channel, payload, within(options, left)),
    })
  }

  /**
   * Connects `min` connections: all or nothing. Optional: the first request starts the pool too, without waiting for all.
   *
   * @throws {AggregateError} when one of them did not come about; `errors` says why, and nothing was left open
   * @throws {ConnectionClosedError} when the pool was ended
   */
  async start(options?: WaitOptions): Promise<this> {
    await this.#life.start(options)
    return this
  }

  /**
   * Resolves when a connection is usable; starts the pool if nobody has yet.
   *
   * @throws {ConnectionDeadError} when the schedule is over, or the failure hopeless
   * @throws {ConnectionClosedError} when the pool is ended first
   */
  async ready(options?: WaitOptions): Promise<this> {
    await this.#life.ready(options)
    return this
  }

  /**
   * Ends for good. New work is refused at once; `drainMs` (default 0) lets what waits and what runs finish first; the rest
   * is rejected in FIFO order, and every connection is ended, the busy ones too. Idempotent.
   */
  async end(options?: { drainMs?: number; signal?: AbortSignal }): Promise<void> {
    await this.#life.end(options)
  }

  /** end(), at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  /**
   * A transaction on a connection of its own, by the rules of Connection.transaction(); its repetitions may go to another.
   * Used inside of a transaction, the pool is no nested use: it takes another connection, or waits for one.
   *
   * @throws {RequestTimeoutError} of phase 'acquire' when no connection was free in time; and as Connection.transaction()
   */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: TransactionOptions = {}): Promise<T> {
    return poolTransaction(this.#core, work, options, Pool.prototype.transaction)
  }

  /** Exclusive use of a connection without a transaction: advisory locks, SET, temp tables. */
  session<T>(work: (session: Session) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    return poolSession(this.#core, work, options, Pool.prototype.session)
  }

  /**
   * As Connection.listen(), on one connection beside the others that all channels share. It is made with the first
   * subscription and ended with the last.
   */
  listen(channel: string, observer?: NotificationObserver, options?: ListenOptions): Promise<Subscription> {
    return this.#listening.listen(channel, observer, options)
  }

  /** Closes all subscriptions of the channel. */
  unlisten(channel: string, options?: WaitOptions): Promise<void> {
    return this.#listening.unlisten(channel, options)
  }

  /** Hears every notification of every channel that is listened to; set semantics; survives recoveries. */
  addNotifyObserver(observer: NotificationObserver): () => void {
    this.#listening.addObserver(observer)
    return () => this.#listening.removeObserver(observer)
  }

  /** Does nothing where it was not added. */
  removeNotifyObserver(observer: NotificationObserver): void {
    this.#listening.removeObserver(observer)
  }

  /**
   * Takes a connection out of service, when idle, without closing it: `min` and `max` fall by one until add() puts one in.
   * An abort or a deadline leaves it in service.
   *
   * @throws {InvalidOptionError} for one that is not in this pool, or is being removed already
   */
  remove(connection: Connection, options?: WaitOptions): Promise<void> {
    return removeMember(this.#core, connection, options)
  }

  /**
   * Puts a connection in, which is the pool's from then on; one that was never connected is connected first.
   *
   * @throws {InvalidOptionError} for one that is in a pool already, ended or given up
   */
  add(connection: Connection): Promise<void> {
    return addMember(this.#core, connection)
  }

  /** Those in the pool, without the one for listening; a copy. */
  get connections(): ReadonlySet<Connection> {
    return new Set(this.#core.members.map(({ connection }) => connection))
  }

  /** What the pool is doing now, and how many were given a connection after waiting how long in all. */
  get stats(): PoolStats {
    return statsOf(this.#core)
  }

  /** Hears one kind of notice, of every member or of the pool, until the returned function is called or `signal` aborts. */
  on<K extends keyof PoolEvents>(
    type: K,
    listener: (event: PoolEvents[K]) => void,
    options?: { signal?: AbortSignal },
  ): () => void {
    return this.#core.notices.on(type, listener, options)
  }
}

function checked(query: Query, values: readonly unknown[] | undefined, options: RequestOptions | undefined) {
  checkQuery(query)
  checkValues(values)
  if (options !== undefined) checkRequestOptions(options)
  return boundsOf(query, options)
}

const within = (options: RequestOptions | undefined, left: WaitOptions | undefined) =>
  left === undefined ? options : { ...options, ...left }
