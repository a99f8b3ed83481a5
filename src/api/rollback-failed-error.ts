import { type ErrorDetails, SupervisorError } from '../errors/supervisor-error.ts'
import type { Connection } from './connection.ts'

export interface RollbackFailedDetails extends ErrorDetails {
  rollbackError: unknown
  connection: Connection
}

/**
 * A rollback failed on a living session, which is replaced; its end rolls the transaction back. cause = the failure that
 * the rollback was for. It lives here and not with the others because it names the connection.
 */
export class RollbackFailedError extends SupervisorError {
  readonly rollbackError: unknown
  declare readonly connection: Connection

  constructor(message: string, details: RollbackFailedDetails) {
    super(message, details, 'notApplied', false)
    this.rollbackError = details.rollbackError
    // A logger that prints the error need not print the connection.
    Object.defineProperty(this, 'connection', { value: details.connection, enumerable: false })
  }

  override get code() {
    return 'ROLLBACK_FAILED' as const
  }
}
