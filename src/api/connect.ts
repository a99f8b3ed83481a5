import { Connection } from './connection.ts'
import type { ConnectionConfig } from './connection-config.ts'

/**
 * Opens a supervised connection: `await new Connection(config).connect()`.
 *
 * @throws {InvalidOptionError} (rejects) for a bad config
 * @throws {ConnectFailedError} when no session came about
 *
 * @example
 * ```ts
 * import { connect } from 'pg-supervisor'
 *
 * const connection = await connect({ connectionString: 'postgres://localhost/app', whileDown: { waitMs: 10_000 } })
 * ```
 */
export async function connect(config?: string | ConnectionConfig): Promise<Connection> {
  return new Connection(config).connect()
}
