import type {
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
  QueryResultRow,
  Submittable,
} from 'pg'
import type { Queryable, RequestOptions, Transaction, TransactionOptions } from './queryable.ts'

/**
 * Exclusive use of one server session. Transaction control by hand (BEGIN …) is allowed on a Session only; a statement lost
 * there is always 'unknown', and a transaction left open at its end is rolled back and reported. Revoked when its callback
 * settles: later use rejects with HandleRevokedError.
 *
 * @example
 * ```ts
 * await connection.session(async (session) => {
 *   await session.query('select pg_advisory_lock(7)')
 *   await session.transaction((tx) => tx.query('update account set cents = 0 where id = 7'))
 * })
 * ```
 */
export interface Session extends Queryable {
  /**
   * Runs what was made for a client of pg's: pg-cursor's Cursor, pg-query-stream's QueryStream, the streams of pg-copy-streams.
   * It is handed back as it is, and tells what becomes of it in its own way. What is asked of the session meanwhile waits until
   * it has ended: end or close it before you await anything else of the session. One that is open when the callback settles is
   * destroyed or closed; where that does not help in 500 ms the server session is replaced.
   *
   * @see https://github.com/brianc/node-pg-copy-streams
   *
   * @example
   * ```ts
   * import { pipeline } from 'node:stream/promises'
   * import { connect } from 'pg-supervisor'
   * import { from } from 'pg-copy-streams'
   *
   * await using connection = await connect()
   * await connection.session(async (session) => {
   *   await pipeline(process.stdin, session.query(from('copy log from stdin')))
   * })
   * ```
   */
  query<T extends Submittable>(submittable: T): T
  query<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig & RequestOptions,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: as for a Queryable's
  query<R extends QueryResultRow = any>(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  /** Of the server process behind it. */
  readonly processId: number
  /** begin, work(tx), commit, on this session. */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: TransactionOptions): Promise<T>
}
