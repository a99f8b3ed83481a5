import { type ErrorDetails, SupervisorError } from './supervisor-error.ts'

export type TimeoutPhase = 'queue' | 'execution' | 'cursor' | 'acquire'

export interface RequestTimeoutDetails extends ErrorDetails {
  phase: TimeoutPhase
}

// While waiting in line nothing was sent, and the line may be shorter next time. What ran out of time while
// it ran would likely do so again: the server's own 57014 is not retry-safe either.
const waitingInLine: ReadonlySet<TimeoutPhase> = new Set(['queue', 'acquire'])

/**
 * A deadline of the caller passed; unless `outcome` says otherwise, it is certain that the request had no effect.
 *
 * @example
 * ```ts
 * try {
 *   await connection.query('select build_report()', [], { timeoutMs: 10_000 })
 * } catch (error) {
 *   if (!(error instanceof RequestTimeoutError)) throw error
 *   console.log(error.phase === 'queue' ? 'its turn did not come' : 'it took too long, and was cancelled')
 * }
 * ```
 */
export class RequestTimeoutError extends SupervisorError {
  /**
   * 'queue': nothing had been sent. 'execution': it was running. 'cursor': between its fetches. 'acquire': no connection of
   * the pool was free.
   */
  readonly phase: TimeoutPhase

  constructor(message: string, details: RequestTimeoutDetails) {
    super(message, details, 'notApplied', waitingInLine.has(details.phase))
    this.phase = details.phase
  }

  override get code() {
    return 'REQUEST_TIMEOUT' as const
  }
}

/** Refused: as many requests as `queueLimit` (on a pool `waitLimit`) allows are waiting already. */
export class QueueFullError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', true)
  }

  override get code() {
    return 'QUEUE_FULL' as const
  }
}

/**
 * A request on a connection from inside its own running transaction or session: it would wait for itself
 * for ever. Use the handle that the callback was given, or `detached: true`.
 */
export class NestedUseError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'NESTED_USE' as const
  }
}

/** A transaction's or session's handle was used after its callback had settled. */
export class HandleRevokedError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'HANDLE_REVOKED' as const
  }
}
