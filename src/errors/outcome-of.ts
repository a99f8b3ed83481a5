import { isServerError } from './server-error.ts'
import { type Outcome, SupervisorError } from './supervisor-error.ts'

// 40003 statement_completion_unknown: the server itself can't tell (CockroachDB, ambiguous results).
const completionUnknown = '40003'

// A session that ends can't say what became of its statement. Only a hint: servers may translate it, but
// then such an error reaches callers as the cause of a ConnectionLostError, which knows better.
const endsSession = new Set(['FATAL', 'PANIC'])

const worthRepeating = new Set(['40001', '40P01', '55P03'])

const doubted = new WeakSet<object>()

/** The server's ERROR reaches its caller untouched, but what it hit may have committed something by itself. */
export function doubt<E>(error: E): E {
  if (typeof error === 'object' && error !== null) doubted.add(error)
  return error
}

/**
 * Tells whether a rejected request may have had an effect: 'notApplied' = certainly had none, 'unknown' =
 * may have had. Errors of this library carry it; a server's ERROR rolled its statement back, so it is
 * 'notApplied' (what a procedure committed by itself before the error stays committed); anything else,
 * an abort's reason included, is 'unknown'.
 *
 * @example
 * ```ts
 * import { outcomeOf } from 'pg-supervisor'
 *
 * export function mustAskBeforeRepeating(error: unknown): boolean {
 *   return outcomeOf(error) === 'unknown'
 * }
 * ```
 */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof SupervisorError) return error.outcome
  if (!isServerError(error) || doubted.has(error)) return 'unknown'
  return error.code === completionUnknown || endsSession.has(error.severity) ? 'unknown' : 'notApplied'
}

/**
 * True when the outcome is 'notApplied' and repeating can help: this library's errors say so themselves;
 * of the server's only 40001, 40P01 and 55P03 do. A transaction is to be repeated as a whole.
 *
 * @example
 * ```ts
 * import { isRetrySafe } from 'pg-supervisor'
 *
 * export async function twice<T>(work: () => Promise<T>): Promise<T> {
 *   return work().catch((error: unknown) => {
 *     if (isRetrySafe(error)) return work()
 *     throw error
 *   })
 * }
 * ```
 */
export function isRetrySafe(error: unknown): boolean {
  if (error instanceof SupervisorError) return error.retrySafe
  return isServerError(error) && worthRepeating.has(error.code) && outcomeOf(error) === 'notApplied'
}
