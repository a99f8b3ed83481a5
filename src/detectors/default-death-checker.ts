import type { FailureKind } from '../errors/failure.ts'
import type { DeathChecker } from './detector.ts'

// `server` and `timeout` are missing: an ERROR leaves the session as well as it was, whatever its SQLSTATE
// (RAISE may carry 57P01; 08P01 is also a wrong number of parameters), and a statement that took too long
// was cancelled. `unknown` is missing: a mistake in a mapRow says nothing of the session.
const deadlyKinds: ReadonlySet<FailureKind> = new Set([
  'network',
  'protocol',
  'monitor',
  // The transaction may still be open: nobody else's statement may run in it.
  'rollback',
  'closed',
])

// Nobody can RAISE these. A server that translates them ('FEHLER' …) closes the socket all the same.
const endsSession = new Set(['FATAL', 'PANIC'])

/**
 * The judge of failures that leave the socket open, as shipped: an ERROR of the server is never deadly,
 * whatever its SQLSTATE; neither is a timeout. Deadly are FATAL and PANIC, a broken protocol, a failed
 * ROLLBACK, a monitor's report and a lost socket.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultDeathChecker, sqlState } from 'pg-supervisor'
 *
 * const connection = await connect({ reconnect: { isDead: anyOf(defaultDeathChecker, sqlState('XX001')) } })
 * ```
 */
export const defaultDeathChecker: DeathChecker = ({ kind, severity }) =>
  deadlyKinds.has(kind) || (severity !== undefined && endsSession.has(severity))
