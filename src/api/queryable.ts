// What connections, sessions and transactions have in common, as the user sees it.
import type {
  FieldDef,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
  QueryResultRow,
} from 'pg'

/**
 * Bounds of everything that waits.
 *
 * @example
 * ```ts
 * await connection.ready({ timeoutMs: 5_000 })
 * await connection.query('select 1', [], { signal: AbortSignal.timeout(5_000) })
 * ```
 */
export interface WaitOptions {
  /** Aborting rejects with `signal.reason`. */
  signal?: AbortSignal
  /** Milliseconds, counted from the call; then RequestTimeoutError. Default: none. */
  timeoutMs?: number
}

/**
 * Abort: not yet written → rejects at once with signal.reason. Written → the server is asked to cancel once the statement
 * is the oldest unanswered, and the server's answer settles it: completed → resolves; cancelled → signal.reason; no answer
 * in 500 ms → the session is replaced, ConnectionLostError 'unknown' with cause signal.reason. Once COMMIT is written the
 * signal is ignored. `timeoutMs`: expired unwritten → RequestTimeoutError phase 'queue'; expired and the cancel confirmed →
 * phase 'execution', notApplied; not confirmed in 500 ms → session replaced, ConnectionLostError 'unknown'.
 *
 * @example
 * ```ts
 * const { rows } = await connection.query('select id, title from report', [], {
 *   timeoutMs: 5_000,
 *   idempotent: true,
 *   mapRow: ([id, title]) => ({ id, title }),
 * })
 * ```
 */
export interface RequestOptions extends WaitOptions {
  /** Makes each row; overrides the connection's. Called with the row's values and the fields' descriptions. */
  mapRow?: RowMapper
  /** The caller vouches that repeating is harmless: repeated after a loss, also when written. Default false. */
  idempotent?: boolean
  /** Not part of the transaction or session whose async context it is called from. Default false. */
  detached?: boolean
}

/**
 * How a cursor reads and how long it may live. `signal` and `timeoutMs` span it from its first fetch to its end; `idempotent`
 * means nothing to it, for what was fetched can't be fetched again.
 *
 * @example
 * ```ts
 * const log = connection.cursor('select * from log', [], { batchSize: 200, idleTimeoutMs: 5_000 })
 * ```
 */
export interface CursorOptions extends RequestOptions {
  /** Rows that iteration fetches at once and holds at most, and fetchMany() without a count. Default 1000. */
  batchSize?: number
  /**
   * Milliseconds without a fetch after which the cursor is closed, so that one which was forgotten does not hold its session
   * and its locks for ever: the next fetch rejects with RequestTimeoutError, phase 'cursor'. 0 = never. Default 30 000.
   */
  idleTimeoutMs?: number
}

/**
 * A server-side SQL cursor with the DB-API's verbs, and an async iterable of rows; nothing is sent before the first fetch.
 * Fetches that overlap are done in order. It is ended by its last row, leaving the loop, close(), abort, a deadline, an error,
 * or its transaction's end. Iteration and fetches share one position.
 *
 * @see https://www.postgresql.org/docs/current/sql-declare.html
 *
 * @example
 * ```ts
 * for await (const { id, owner } of connection.cursor('select id, owner from account')) {
 *   if (owner === 'Ada') console.log(id)
 * }
 *
 * await using cursor = connection.cursor('select id from account where cents > $1', [1_000])
 * const richest = await cursor.fetchOne()
 * const tenMore = await cursor.fetchMany(10)
 * console.log(richest, tenMore)
 * ```
 *
 * @throws {HandleRevokedError} (rejects) after close(), and after its transaction's or session's end
 * @throws {RequestTimeoutError} (rejects) after `timeoutMs`, and with phase 'cursor' after a pause of `idleTimeoutMs`
 * @throws {ConnectionLostError} (rejects) when its session was lost, also between two fetches
 */
export interface Cursor<R> extends AsyncIterable<R>, AsyncDisposable {
  /** The next row; undefined behind the last. A fetch that is aborted or runs out of time once it runs ends the cursor. */
  fetchOne(options?: WaitOptions): Promise<R | undefined>
  /**
   * The next rows, at most `count` (default `batchSize`); fewer only at the end, [] behind it.
   *
   * @throws {RangeError} (rejects) unless `count` is a whole number from 1 to 2147483647
   */
  fetchMany(count?: number, options?: WaitOptions): Promise<R[]>
  /** All rows that are left, in memory. */
  fetchAll(options?: WaitOptions): Promise<R[]>
  /**
   * Ends it after the fetches that were asked for; a transaction of its own is committed. Of one that has failed it tells the
   * failure that no fetch has told, where its transaction was rolled back; otherwise closing twice is closing once.
   */
  close(): Promise<void>
}

/** Makes a row of its values, which come in the order of `fields`. What it throws rejects the query. */
export type RowMapper = (values: unknown[], fields: FieldDef[]) => unknown

/** What takes statements: a connection, a session, a transaction. Bad input rejects, and never throws. */
export interface Queryable {
  /**
   * Runs a statement as pg would: text and values, or pg's config with `name`, `rowMode`, `types`. A text of several
   * statements resolves to the last one's result. Server errors reject untouched.
   *
   * @see https://node-postgres.com/features/queries
   *
   * @example
   * ```ts
   * const { rows } = await connection.query<{ id: number }>('select id from account where owner = $1', ['Ada'])
   * const { rows: pairs } = await connection.query<[number, string]>({
   *   text: 'select id, owner from account',
   *   rowMode: 'array',
   * })
   * ```
   *
   * @throws {ConnectionDeadError} (rejects) while down, at once or after `whileDown.waitMs`
   * @throws {ConnectionLostError} (rejects) when the session died under it
   */
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
  /**
   * Runs a statement for its effect; resolves to the number of rows affected, 0 where the server counts none.
   *
   * @example
   * ```ts
   * const removed: number = await connection.execute('delete from job where done_at < now() - interval \'1 day\'')
   * ```
   */
  execute(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<number>
  /**
   * SELECT * FROM name($1, …). The name is split at dots outside double quotes; each part is quoted unless it is already;
   * nothing is folded.
   *
   * @example
   * ```ts
   * const { rows } = await connection.call('billing.open_invoices', [42])
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  call<R extends QueryResultRow = any>(
    name: string,
    args?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  /**
   * Reads a query's rows bit by bit, as a server-side cursor. On a connection it holds the session in a transaction of its own
   * until it has ended, committed at a good end and rolled back otherwise; other requests wait meanwhile. In a transaction it
   * lives in that one, and other statements of the handle run between fetches. On a session it lives in the transaction begun
   * by hand, or begins one that ends with its last cursor; the session's statements run in it meanwhile. `name` is not used.
   *
   * @example
   * ```ts
   * await connection.transaction(async (tx) => {
   *   for await (const { id } of tx.cursor('select id from account for update')) {
   *     await tx.query('update account set cents = cents + 1 where id = $1', [id])
   *   }
   * })
   * ```
   */
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
  /**
   * pg_notify: `payload` (default '') goes to all who listen to `channel`, when the transaction commits.
   *
   * @see https://www.postgresql.org/docs/current/sql-notify.html
   * @throws {RangeError} (rejects) for payloads of 8000 bytes and more or a bad channel name, before any SQL
   */
  notify(channel: string, payload?: string, options?: WaitOptions): Promise<void>
}

/**
 * On a Transaction, transaction() is SAVEPOINT, work, RELEASE; on rejection ROLLBACK TO and the same error. Siblings are
 * serialised. Revoked when its callback settles.
 *
 * @see https://www.postgresql.org/docs/current/sql-savepoint.html
 *
 * @example
 * ```ts
 * await connection.transaction(async (tx) => {
 *   await tx.query('insert into account (id) values (7)')
 *   // Its failure leaves the rest of the transaction alone.
 *   await tx.transaction((inner) => inner.query('insert into audit values (7)')).catch(() => undefined)
 * })
 * ```
 */
export interface Transaction extends Queryable {
  /** Of the server process behind it. */
  readonly processId: number
  /** A savepoint: `work` takes effect with the transaction around it, or not at all. */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: WaitOptions): Promise<T>
}

/**
 * How a transaction is begun, bounded and repeated. `signal` and `timeoutMs` span it from the queue to COMMIT.
 *
 * @see https://www.postgresql.org/docs/current/sql-set-transaction.html
 *
 * @example
 * ```ts
 * await connection.transaction((tx) => tx.query('select settle_accounts()'), {
 *   isolation: 'serializable',
 *   retry: { attempts: 5 },
 *   timeoutMs: 30_000,
 * })
 * ```
 */
export interface TransactionOptions extends RequestOptions {
  /** Default: the server's, which is 'read committed' unless it was told otherwise. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** READ ONLY or READ WRITE. Default: the server's. */
  readOnly?: boolean
  /** Waits for a moment at which a serializable, read-only transaction can't fail. Default: the server's. */
  deferrable?: boolean
  /**
   * Re-runs the whole of `work` on 40001 and 40P01, and after a loss before COMMIT was written (waiting for the next session
   * whatever `whileDown` says). true = 3 attempts; `backoff` yields the milliseconds between them, by default
   * exponentialBackoff(). Default false.
   */
  retry?: boolean | { attempts: number; backoff?: () => Iterable<number> }
  /**
   * Settles a COMMIT whose answer was lost: the next session, when it is one of the same server and timeline, ends the old
   * server process if that is still at work, and asks for pg_xact_status. Committed → resolves; aborted →
   * ConnectionLostError notApplied, retry-safe; else CommitOutcomeUnknownError with the evidence. Meanwhile the state is
   * `reconnecting` and the queue waits. Costs one small statement, sent along with the first of the transaction, and a
   * transaction id also where nothing is written. Not for READ ONLY transactions. Default: the connection's.
   */
  verifyCommit?: boolean
}
