import type { Failure } from './failure.ts'
import { type ErrorDetails, SupervisorError } from './supervisor-error.ts'

/** connect() in a state that has a session, or is making one; nothing was changed. */
export class AlreadyConnectedError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'ALREADY_CONNECTED' as const
  }
}

export interface ConnectFailedDetails extends ErrorDetails {
  failure: Failure
  attempts: number
  hopeless: boolean
}

/**
 * No session came about; cause = the last attempt's error; retry-safe unless hopeless.
 *
 * @example
 * ```ts
 * import { ConnectFailedError, connect } from 'pg-supervisor'
 *
 * await connect('postgres://localhost/app').catch((error: unknown) => {
 *   if (error instanceof ConnectFailedError && error.hopeless) console.log('check the configuration:', error.failure.code)
 *   throw error
 * })
 * ```
 */
export class ConnectFailedError extends SupervisorError {
  /** Of the last attempt. */
  readonly failure: Failure
  /** How many were made. */
  readonly attempts: number
  /** `isHopeless` said that another attempt is not worth making. */
  readonly hopeless: boolean

  constructor(message: string, details: ConnectFailedDetails) {
    super(message, details, 'notApplied', !details.hopeless)
    this.failure = details.failure
    this.attempts = details.attempts
    this.hopeless = details.hopeless
  }

  override get code() {
    return 'CONNECT_FAILED' as const
  }
}

export interface ConnectionDeadDetails extends ErrorDetails {
  since: number
  attempt: number
  nextAttemptAt?: number | undefined
}

/**
 * Refused because the connection is down; nothing was written. Retry-safe.
 *
 * @example
 * ```ts
 * try {
 *   await connection.query('select 1')
 * } catch (error) {
 *   if (!(error instanceof ConnectionDeadError)) throw error
 *   console.log(`down for ${Date.now() - error.since} ms, next attempt at ${error.nextAttemptAt}`)
 * }
 * ```
 */
export class ConnectionDeadError extends SupervisorError {
  /** Unix milliseconds. */
  readonly since: number
  /** Attempts made since then. */
  readonly attempt: number
  /** Unix milliseconds; undefined when none is planned or one is under way. */
  readonly nextAttemptAt: number | undefined

  constructor(message: string, details: ConnectionDeadDetails) {
    super(message, details, 'notApplied', true)
    this.since = details.since
    this.attempt = details.attempt
    this.nextAttemptAt = details.nextAttemptAt
  }

  override get code() {
    return 'CONNECTION_DEAD' as const
  }
}
