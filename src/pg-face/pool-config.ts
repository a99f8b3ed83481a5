import type { ClientBase, PoolConfig as PgPoolConfig } from 'pg'
import type { ConnectionConfig } from '../api/connection-config.ts'
import type { PoolConfig as SupervisedPoolConfig } from '../api/pool/pool-config.ts'

type OfConnections = Pick<
  ConnectionConfig,
  | 'name'
  | 'hosts'
  | 'targetSessionAttrs'
  | 'loadBalanceHosts'
  | 'settings'
  | 'monitors'
  | 'inspect'
  | 'logger'
  | 'clock'
  | 'random'
>

type OfPools = Pick<SupervisedPoolConfig, 'leakThresholdMs' | 'reconnectRate'>

/**
 * The options of pg's pool, with their meanings and defaults, and what supervision adds. Names that are nobody's are passed
 * over, as by pg.
 *
 * `connectionTimeoutMillis` is pg's: for a new session, and for a place in the line. Without it a dial still ends after 10 s.
 *
 * @example
 * ```ts
 * import { Pool, type PoolConfig } from 'pg-supervisor/pg'
 *
 * const config: PoolConfig = {
 *   connectionString: 'postgres://localhost/app',
 *   max: 20,
 *   whileDown: { waitMs: 10_000 },
 *   acquireTimeoutMs: 15_000,
 *   leakThresholdMs: 60_000,
 * }
 * const pool = new Pool(config)
 * ```
 */
export interface PoolConfig extends PgPoolConfig, OfConnections, OfPools {
  /**
   * connect() and query() while no session can be had: 'reject' with what the attempt failed with (default), or wait for so
   * long, counted from the loss or the call, the later, while one session after the other is tried for. What can't be mended
   * by waiting, a wrong password for one, rejects at once.
   */
  whileDown?: 'reject' | { waitMs: number }
  /** One deadline for a client, from the call to the end of `onConnect`: RequestTimeoutError. Milliseconds, default 0 = none. */
  acquireTimeoutMs?: number
  /**
   * What is done about a session that is released otherwise than it was lent. An open transaction is rolled back; settings, a
   * role, LISTENs, temporary tables and advisory locks make the session be replaced, for a client object stands for one session.
   * 'suspicious' (default) asks the server only where a statement's text gives reason to; 'always' at each release, one round
   * trip; 'never' leaves it to the next borrower, as pg does. What the `connect` event, `onConnect` and `settings` do to
   * every session is its own.
   */
  cleanSessions?: 'suspicious' | 'always' | 'never'
  /** For all that; then the session is replaced. A statement still running at the release has its time first. Milliseconds, default 5_000. */
  cleanTimeoutMs?: number
  /** As pg's, whose types don't say that it is awaited: on each new session, before anybody gets it; failing fails connect(). */
  onConnect?: ((client: ClientBase) => unknown) | undefined
}
