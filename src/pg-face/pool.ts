import type { Pool as PgPool, PoolClient } from 'pg'
import type { Connection } from '../api/connection.ts'
import type { PoolConfig } from './pool-config.ts'
import { SupervisedPool } from './supervised-pool.ts'

/** A client held for longer than `leakThresholdMs`; `stack` is where it was asked for. */
export interface LeakReport {
  client: PoolClient
  heldMs: number
  stack: string
}

/** A session that was not as it had been lent: what was left on it, in words. */
export interface ReplacedReport {
  client: PoolClient
  traces: readonly string[]
}

/**
 * pg's pool, supervised: each client it lends is pg's own and stands for one server session, and behind it is a connection
 * whose state you can see. It does what pg's does, in the same order and words; besides, no lost session ends the process, dead
 * clients don't keep their places, sessions go back as they came, attempts on a host that is down are bounded, and callers may
 * wait for it (`whileDown`).
 *
 * @throws {InvalidOptionError} for options of ours that are of the wrong type or out of range
 *
 * @example
 * ```ts
 * import { Pool } from 'pg-supervisor/pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://localhost/app', whileDown: { waitMs: 10_000 } })
 * pool.on('leak', ({ heldMs, stack }) => console.log(`held for ${heldMs} ms since`, stack))
 * const client = await pool.connect()
 * try {
 *   await client.query('select 1')
 * } finally {
 *   client.release()
 * }
 * for (const connection of pool.connections) console.log(connection.name, connection.state)
 * await pool.end()
 * ```
 */
export interface Pool extends PgPool {
  /** One for each session, those that are being opened or closed among them. For looking at: the pool has the use of them. */
  readonly connections: ReadonlySet<Connection>
  on(event: 'leak', listener: (report: LeakReport) => void): this
  on(event: 'replaced', listener: (report: ReplacedReport) => void): this
  on(event: 'error' | 'release', listener: (error: Error, client: PoolClient) => void): this
  on(event: 'connect' | 'acquire' | 'remove', listener: (client: PoolClient) => void): this
}

export const Pool = SupervisedPool as unknown as new (config?: PoolConfig) => Pool
