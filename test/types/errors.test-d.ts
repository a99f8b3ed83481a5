import { describe, expectTypeOf, it } from 'vitest'
import {
  type AlreadyConnectedError,
  allOf,
  anyOf,
  type CommitOutcomeUnknownError,
  type ConnectFailedError,
  type Connection,
  type ConnectionClosedError,
  type ConnectionDeadError,
  type ConnectionLostError,
  DeadConnectionDetector,
  type DeathChecker,
  defaultDeathChecker,
  exponentialBackoff,
  type Failure,
  type HandleRevokedError,
  type InvalidOptionError,
  isRetrySafe,
  type NestedUseError,
  networkError,
  not,
  type Outcome,
  outcomeOf,
  type ProtocolViolationError,
  type QueueFullError,
  type ReconnectOptions,
  type RequestTimeoutError,
  type RollbackFailedError,
  readOnlyServer,
  retry,
  SupervisorError,
  type SupervisorErrorCode,
  sqlState,
  type TransactionAbortedError,
  type TransactionControlError,
} from '../../src/index.ts'

describe('an error', () => {
  it('has a code by which TypeScript knows it', () => {
    const told = (error: unknown): string | undefined => {
      if (!(error instanceof SupervisorError)) return undefined
      expectTypeOf(error.code).toEqualTypeOf<SupervisorErrorCode>()
      expectTypeOf(error.outcome).toEqualTypeOf<Outcome>()
      expectTypeOf(error.retrySafe).toEqualTypeOf<boolean>()
      expectTypeOf(error.connectionName).toEqualTypeOf<string | undefined>()
      expectTypeOf(error).toExtend<Error>()
      return error.code
    }
    expectTypeOf(told).returns.toEqualTypeOf<string | undefined>()
    expectTypeOf<Outcome>().toEqualTypeOf<'notApplied' | 'unknown'>()
    expectTypeOf<typeof SupervisorError>().not.toExtend<new (message: string) => unknown>()
  })

  it('has the code of its class', () => {
    expectTypeOf<AlreadyConnectedError['code']>().toEqualTypeOf<'ALREADY_CONNECTED'>()
    expectTypeOf<ConnectFailedError['code']>().toEqualTypeOf<'CONNECT_FAILED'>()
    expectTypeOf<ConnectionDeadError['code']>().toEqualTypeOf<'CONNECTION_DEAD'>()
    expectTypeOf<ConnectionLostError['code']>().toEqualTypeOf<'CONNECTION_LOST'>()
    expectTypeOf<ConnectionClosedError['code']>().toEqualTypeOf<'CONNECTION_CLOSED'>()
    expectTypeOf<CommitOutcomeUnknownError['code']>().toEqualTypeOf<'COMMIT_OUTCOME_UNKNOWN'>()
    expectTypeOf<TransactionAbortedError['code']>().toEqualTypeOf<'TRANSACTION_ABORTED'>()
    expectTypeOf<TransactionControlError['code']>().toEqualTypeOf<'TRANSACTION_CONTROL'>()
    expectTypeOf<RollbackFailedError['code']>().toEqualTypeOf<'ROLLBACK_FAILED'>()
    expectTypeOf<RequestTimeoutError['code']>().toEqualTypeOf<'REQUEST_TIMEOUT'>()
    expectTypeOf<QueueFullError['code']>().toEqualTypeOf<'QUEUE_FULL'>()
    expectTypeOf<NestedUseError['code']>().toEqualTypeOf<'NESTED_USE'>()
    expectTypeOf<HandleRevokedError['code']>().toEqualTypeOf<'HANDLE_REVOKED'>()
    expectTypeOf<InvalidOptionError['code']>().toEqualTypeOf<'INVALID_OPTION'>()
    expectTypeOf<ProtocolViolationError['code']>().toEqualTypeOf<'PROTOCOL_VIOLATION'>()
  })

  it('carries what is known', () => {
    expectTypeOf<ConnectFailedError>().toExtend<{ failure: Failure; attempts: number; hopeless: boolean }>()
    expectTypeOf<ConnectionDeadError>().toExtend<{
      since: number
      attempt: number
      nextAttemptAt: number | undefined
    }>()
    expectTypeOf<ConnectionLostError['failure']>().toEqualTypeOf<Failure>()
    expectTypeOf<CommitOutcomeUnknownError>().toExtend<{
      transactionId: string | undefined
      evidence: string
    }>()
    expectTypeOf<RollbackFailedError['rollbackError']>().toBeUnknown()
    expectTypeOf<RollbackFailedError['connection']>().toEqualTypeOf<Connection>()
    expectTypeOf<RequestTimeoutError['phase']>().toEqualTypeOf<'queue' | 'execution' | 'cursor' | 'acquire'>()
    expectTypeOf(outcomeOf).toEqualTypeOf<(error: unknown) => Outcome>()
    expectTypeOf(isRetrySafe).toEqualTypeOf<(error: unknown) => boolean>()
  })
})

describe('a Failure', () => {
  it('is plain, and not for changing', () => {
    expectTypeOf<Failure['code']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Failure['severity']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Failure['routine']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Failure['readOnlyTransaction']>().toEqualTypeOf<boolean>()
    expectTypeOf<Failure['message']>().toEqualTypeOf<string>()
    expectTypeOf<Failure['at']>().toEqualTypeOf<number>()
    expectTypeOf<Failure['error']>().toBeUnknown()
  })
})

describe('detectors', () => {
  it('are functions that compose', () => {
    expectTypeOf<DeathChecker>().toEqualTypeOf<(failure: Failure) => boolean>()
    expectTypeOf(defaultDeathChecker).toEqualTypeOf<DeathChecker>()
    expectTypeOf(readOnlyServer).toEqualTypeOf<DeathChecker>()
    const checker = anyOf(
      defaultDeathChecker,
      allOf(sqlState('57P01', '08'), not(networkError('EPIPE'))),
      ({ code }) => code === 'X',
    )
    expectTypeOf(checker).toEqualTypeOf<DeathChecker>()
    // @ts-expect-error a guard can't be async
    anyOf(async () => true)
  })

  it('come as a class to subclass', () => {
    class Mine extends DeadConnectionDetector {
      override isDead(failure: Failure): boolean {
        return super.isDead(failure)
      }
    }
    expectTypeOf(new Mine()).toExtend<ReconnectOptions>()
    expectTypeOf(new Mine({ isHopeless: () => true }).backoff()).toEqualTypeOf<Iterable<number>>()
  })
})

describe('schedules', () => {
  it('are iterables of milliseconds', () => {
    expectTypeOf(exponentialBackoff({ initialDelayMs: 5, maxAttempts: 3, random: () => 0 })).toExtend<
      Iterable<number>
    >()
    const retried = retry(
      async (attempt, signal) => {
        expectTypeOf(attempt).toBeNumber()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        return 'x'
      },
      { backoff: () => [0, 1], shouldRetry: (_error, attempt) => attempt < 3, attemptTimeoutMs: 5 },
    )
    expectTypeOf(retried).resolves.toBeString()
    expectTypeOf(retried.errors).toEqualTypeOf<unknown[]>()
    expectTypeOf(retried.resetBackoff).toEqualTypeOf<(backoff: () => Iterable<number>) => void>()
  })
})
