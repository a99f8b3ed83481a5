import type { Connection } from '../connection.ts'
import type { ConnectionConfig } from '../connection-config.ts'

/**
 * Options of a pool: its own, and those of the connections in it. Read once, when the pool is made. `whileDown` is the
 * pool's: it decides when every member is down. `name` is the pool's too; members are 'name 1', 'name 2' …
 *
 * @example
 * ```ts
 * import { Pool, type PoolConfig } from 'pg-supervisor'
 *
 * const config: PoolConfig = {
 *   connectionString: 'postgres://localhost/app',
 *   min: 2,
 *   max: 20,
 *   leakThresholdMs: 30_000,
 * }
 * const pool = new Pool(config)
 * ```
 */
export interface PoolConfig extends ConnectionConfig {
  /** Connections that are kept in any case. Default 0. */
  min?: number
  /** Most connections for requests; the one for `listen` is extra. Default 10. */
  max?: number
  /**
   * How long a request waits for a connection, in milliseconds; then RequestTimeoutError of phase 'acquire'. While every
   * member is down `whileDown` bounds the wait instead. Default 10_000.
   */
  acquireTimeoutMs?: number
  /** A connection beyond `min` that was idle for so long is closed; 0 = never. Milliseconds, default 30_000. */
  idleTimeoutMs?: number
  /** An older connection is replaced when it is idle; 0 = never. Milliseconds ±10 %, so that not all go at once. Default 1_800_000. */
  maxLifetimeMs?: number
  /** Most requests that wait for a connection; the next rejects with QueueFullError. Default 10_000. */
  waitLimit?: number
  /** A lease held for so long is told as `leak`, with the borrower's stack. Milliseconds, default 0 = off. */
  leakThresholdMs?: number
  /** Attempts to connect per second and host; lowers the storm limit of 2, never raises it. */
  reconnectRate?: number
  /** Makes each connection. Default `(config) => new Connection(config)`. */
  connectionFactory?: (config: ConnectionConfig) => Connection
}
