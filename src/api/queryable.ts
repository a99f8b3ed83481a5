// What connections, sessions and transactions have in common, as the user sees it.
import type {
  FieldDef,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
  QueryResultRow,
} from 'pg'

export interface WaitOptions {
  /** Aborting rejects with `signal.reason`. */
  signal?: AbortSignal
  /** Milliseconds, counted from the call. */
  timeoutMs?: number
}

/**
 * Abort: not yet written → rejects at once with signal.reason. Written → the server is asked to cancel once the statement
 * is the oldest unanswered, and the server's answer settles it: completed → resolves; cancelled → signal.reason; no answer
 * in 500 ms → the session is replaced, ConnectionLostError 'unknown' with cause signal.reason. Once COMMIT is written the
 * signal is ignored. `timeoutMs`: expired unwritten → RequestTimeoutError phase 'queue'; expired and the cancel confirmed →
 * phase 'execution', notApplied; not confirmed in 500 ms → session replaced, ConnectionLostError 'unknown'.
 */
export interface RequestOptions extends WaitOptions {
  /** Makes each row; overrides the connection's. Called with the row's values and the fields' descriptions. */
  mapRow?: RowMapper
  /** The caller vouches that repeating is harmless: repeated after a loss, also when written. Default false. */
  idempotent?: boolean
  /** Not part of the transaction or session whose async context it is called from. Default false. */
  detached?: boolean
}

export type RowMapper = (values: unknown[], fields: FieldDef[]) => unknown

export interface Queryable {
  /** A text of several statements resolves to the last one's result. */
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
  /** Runs a statement for its effect; resolves to the number of rows affected, 0 where the server counts none. */
  execute(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<number>
  /**
   * SELECT * FROM name($1, …). The name is split at dots outside double quotes; each part is quoted unless it is already;
   * nothing is folded.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  call<R extends QueryResultRow = any>(
    name: string,
    args?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  /** pg_notify. Rejects with RangeError for payloads of 8000 bytes and more or a bad channel name, before any SQL. */
  notify(channel: string, payload?: string, options?: WaitOptions): Promise<void>
}

/**
 * Exclusive use of one server session. Transaction control by hand (BEGIN …) is allowed on a Session only; a statement lost
 * there is always 'unknown', and a transaction left open at its end is rolled back and reported. Revoked when its callback
 * settles: later use rejects with HandleRevokedError.
 */
export interface Session extends Queryable {
  readonly processId: number
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: TransactionOptions): Promise<T>
}

/**
 * On a Transaction, transaction() is SAVEPOINT, work, RELEASE; on rejection ROLLBACK TO and the same error. Siblings are
 * serialised.
 */
export interface Transaction extends Queryable {
  readonly processId: number
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: WaitOptions): Promise<T>
}

export interface TransactionOptions extends RequestOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  deferrable?: boolean
  /**
   * Re-runs the whole of `work` on 40001 and 40P01, and after a loss before COMMIT was written (waiting for the next session
   * whatever `whileDown` says). true = 3 attempts.
   */
  retry?: boolean | { attempts: number; backoff?: () => Iterable<number> }
  /** A COMMIT whose answer was lost is reported, not yet resolved. */
  verifyCommit?: false
}
