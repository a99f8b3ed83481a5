import type { DeathChecker } from './detector.ts'

/**
 * 25006 outside a transaction that the user opened READ ONLY: the session talks to a demoted primary.
 * Not part of the default: a user whose `default_transaction_read_only` is on would lose the session
 * for a mere mistake.
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultDeathChecker, readOnlyServer } from 'pg-supervisor'
 *
 * const connection = await connect({ reconnect: { isDead: anyOf(defaultDeathChecker, readOnlyServer) } })
 * ```
 */
export const readOnlyServer: DeathChecker = ({ kind, code, readOnlyTransaction }) =>
  kind === 'server' && code === '25006' && !readOnlyTransaction
