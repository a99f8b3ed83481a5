import type { Failure } from './failure.ts'
import { type ErrorDetails, type Outcome, SupervisorError } from './supervisor-error.ts'

export interface ConnectionLostDetails extends ErrorDetails {
  failure: Failure
  outcome: Outcome
}

/**
 * The session died under this request; also when the server said so first (its FATAL is the cause).
 * `outcome` says how far the request had come: 'notApplied' is retry-safe, 'unknown' may have been applied.
 *
 * @example
 * ```ts
 * try {
 *   await connection.query('insert into payment (id) values (7)')
 * } catch (error) {
 *   if (!(error instanceof ConnectionLostError)) throw error
 *   console.log(error.outcome === 'unknown' ? 'look for payment 7' : 'repeat it')
 * }
 * ```
 */
export class ConnectionLostError extends SupervisorError {
  /** How the session died. */
  readonly failure: Failure

  constructor(message: string, details: ConnectionLostDetails) {
    super(message, details, details.outcome, true)
    this.failure = details.failure
  }

  override get code() {
    return 'CONNECTION_LOST' as const
  }
}

/**
 * The connection was ended by its owner before this request was done. Outcome 'notApplied', or 'unknown' where the request
 * was written and could have taken effect by itself.
 */
export class ConnectionClosedError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'CONNECTION_CLOSED' as const
  }
}

/** The peer broke the protocol, so none of its answers can be trusted any more. */
export class ProtocolViolationError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'unknown', false)
  }

  override get code() {
    return 'PROTOCOL_VIOLATION' as const
  }
}
