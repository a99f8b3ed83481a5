import type { Connection } from '../connection.ts'
import type { ConnectionEvents } from '../connection-events.ts'

/**
 * What a pool tells by `on()`: the notices of its members and of its listening connection, each with the connection that
 * it is of, and its own. No listener can harm the pool: what it throws goes to `listenerError`.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg-supervisor'
 *
 * const pool = new Pool({ leakThresholdMs: 30_000 })
 * pool.on('lost', ({ connection, failure }) => console.log(connection.name, failure.message))
 * pool.on('leak', ({ heldMs, stack }) => console.log(`held for ${heldMs} ms since`, stack))
 * ```
 */
export type PoolEvents = {
  [K in keyof ConnectionEvents]: ConnectionEvents[K] & { connection: Connection }
} & {
  /** A connection is in service from now on: the pool's own, or one that was put in. */
  added: { connection: Connection }
  /** It is not, from now on: taken out, too many, too old, or given up. */
  removed: { connection: Connection }
  /** A transaction or session is held for longer than `leakThresholdMs`; `stack` is where it was asked for. */
  leak: { connection: Connection; heldMs: number; stack: string }
}
