import { isRetrySafe } from './outcome-of.ts'
import { type ErrorDetails, SupervisorError } from './supervisor-error.ts'

export interface CommitOutcomeUnknownDetails extends ErrorDetails {
  transactionId?: string | undefined
  evidence: string
}

/**
 * COMMIT was written, its answer is lost and could not be recovered. Outcome 'unknown'. The old server process may still
 * be at it, so that looking once proves nothing; a unique key makes repeating safe.
 *
 * @example
 * ```ts
 * try {
 *   await connection.transaction((tx) => tx.query('insert into payment (id) values (7)'))
 * } catch (error) {
 *   if (!(error instanceof CommitOutcomeUnknownError)) throw error
 *   await connection.query('insert into payment (id) values (7) on conflict do nothing')
 * }
 * ```
 */
export class CommitOutcomeUnknownError extends SupervisorError {
  /** The server's 64-bit transaction id, where it was asked for in time. */
  readonly transactionId: string | undefined
  /** What is known, in plain words. */
  readonly evidence: string

  constructor(message: string, details: CommitOutcomeUnknownDetails) {
    super(message, { ...details, outcome: 'unknown' }, 'unknown', false)
    this.transactionId = details.transactionId
    this.evidence = details.evidence
  }

  override get code() {
    return 'COMMIT_OUTCOME_UNKNOWN' as const
  }
}

/**
 * The server answered COMMIT by ROLLBACK: a statement had failed and its error was swallowed. That error
 * is the cause, and says whether repeating the whole transaction can help (40001, 40P01).
 */
export class TransactionAbortedError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', isRetrySafe(details.cause))
  }

  override get code() {
    return 'TRANSACTION_ABORTED' as const
  }
}

/** BEGIN, COMMIT, ROLLBACK, SAVEPOINT … as a statement on a Connection, Pool or Transaction: refused before sending. */
export class TransactionControlError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'TRANSACTION_CONTROL' as const
  }
}

export interface RollbackFailedDetails<C> extends ErrorDetails {
  rollbackError: unknown
  connection: C
}

/**
 * A rollback failed on a living session, which is replaced; its end rolls the transaction back. cause = the failure that
 * the rollback was for.
 */
export class RollbackFailedError<C = unknown> extends SupervisorError {
  /** What ROLLBACK failed with; `cause` is what it was for. */
  readonly rollbackError: unknown
  declare readonly connection: C

  constructor(message: string, details: RollbackFailedDetails<C>) {
    super(message, details, 'notApplied', false)
    this.rollbackError = details.rollbackError
    // A logger that prints the error need not print the connection.
    Object.defineProperty(this, 'connection', { value: details.connection, enumerable: false })
  }

  override get code() {
    return 'ROLLBACK_FAILED' as const
  }
}
