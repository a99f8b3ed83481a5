import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import * as connecting from '../../../src/errors/connect-errors.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import * as request from '../../../src/errors/request-errors.ts'
import * as session from '../../../src/errors/session-errors.ts'
import { SupervisorError } from '../../../src/errors/supervisor-error.ts'
import * as transaction from '../../../src/errors/transaction-errors.ts'

const failure = createFailure({ kind: 'network', phase: 'querying', message: 'the socket closed' })
const serializationFailure = { code: '40001', severity: 'ERROR' }

// What a caller is told who knows nothing but the error.
const errors = {
  AlreadyConnectedError: [
    new connecting.AlreadyConnectedError('m'),
    'ALREADY_CONNECTED',
    'notApplied',
    false,
  ],
  ConnectFailedError: [
    new connecting.ConnectFailedError('m', { failure, attempts: 3, hopeless: false }),
    'CONNECT_FAILED',
    'notApplied',
    true,
  ],
  ConnectionDeadError: [
    new connecting.ConnectionDeadError('m', { since: 1, attempt: 2, nextAttemptAt: 3 }),
    'CONNECTION_DEAD',
    'notApplied',
    true,
  ],
  ConnectionLostError: [
    new session.ConnectionLostError('m', { failure, outcome: 'notApplied' }),
    'CONNECTION_LOST',
    'notApplied',
    true,
  ],
  ConnectionClosedError: [new session.ConnectionClosedError('m'), 'CONNECTION_CLOSED', 'notApplied', false],
  CommitOutcomeUnknownError: [
    new transaction.CommitOutcomeUnknownError('m', { evidence: 'nobody answered' }),
    'COMMIT_OUTCOME_UNKNOWN',
    'unknown',
    false,
  ],
  TransactionAbortedError: [
    new transaction.TransactionAbortedError('m'),
    'TRANSACTION_ABORTED',
    'notApplied',
    false,
  ],
  TransactionControlError: [
    new transaction.TransactionControlError('m'),
    'TRANSACTION_CONTROL',
    'notApplied',
    false,
  ],
  RequestTimeoutError: [
    new request.RequestTimeoutError('m', { phase: 'execution' }),
    'REQUEST_TIMEOUT',
    'notApplied',
    false,
  ],
  QueueFullError: [new request.QueueFullError('m'), 'QUEUE_FULL', 'notApplied', true],
  NestedUseError: [new request.NestedUseError('m'), 'NESTED_USE', 'notApplied', false],
  HandleRevokedError: [new request.HandleRevokedError('m'), 'HANDLE_REVOKED', 'notApplied', false],
  InvalidOptionError: [new InvalidOptionError('m'), 'INVALID_OPTION', 'notApplied', false],
  ProtocolViolationError: [new session.ProtocolViolationError('m'), 'PROTOCOL_VIOLATION', 'unknown', false],
} as const

describe.each(Object.entries(errors))('%s', (name, [error, code, outcome, retrySafe]) => {
  it('tells code, outcome and whether repeating helps', () => {
    expect(error).toMatchObject({ code, outcome, retrySafe, message: 'm' })
  })

  it('goes by its own name, in its stack too', () => {
    expect(error.name).toBe(name)
    expect(error.constructor.name).toBe(name)
    expect(error.stack).toMatch(new RegExp(`^${name}: m\n`))
  })

  it('is an instance of its own class, of the base and of Error, and of no other class', () => {
    const classes = Object.values(errors).filter(([other]) => error instanceof other.constructor)
    expect(classes).toHaveLength(1)
    expect(error).toBeInstanceOf(error.constructor)
    expect(error).toBeInstanceOf(SupervisorError)
    expect(error).toBeInstanceOf(Error)
  })

  it('shows its code to loggers that copy own properties', () => {
    expect(Object.assign({}, error)).toMatchObject({ code, outcome, retrySafe })
  })
})

describe('what an error is made with', () => {
  it('is on the error', () => {
    const cause = new Error('underneath')
    const error = new connecting.ConnectionDeadError('m', {
      since: 1,
      attempt: 2,
      nextAttemptAt: 3,
      cause,
      connectionName: 'jobs',
    })
    expect(error).toMatchObject({ since: 1, attempt: 2, nextAttemptAt: 3, connectionName: 'jobs' })
    expect(error.cause).toBe(cause)
    expect(Object.keys(error)).not.toContain('cause')
  })

  it('leaves no empty cause behind', () => {
    expect('cause' in new request.QueueFullError('m')).toBe(false)
    expect(inspect(new request.QueueFullError('m'))).not.toContain('cause')
  })

  it('overrides the outcome', () => {
    expect(new session.ConnectionClosedError('m', { outcome: 'unknown' }).outcome).toBe('unknown')
  })

  it('overrides retrySafe', () => {
    expect(new request.QueueFullError('m', { retrySafe: false }).retrySafe).toBe(false)
  })

  it('cannot make retry-safe what may have been applied', () => {
    const error = new session.ConnectionLostError('m', { failure, outcome: 'unknown', retrySafe: true })
    expect(error.retrySafe).toBe(false)
  })

  it('cannot make a commit in doubt certain', () => {
    const details = { evidence: '', outcome: 'notApplied', retrySafe: true } as const
    expect(new transaction.CommitOutcomeUnknownError('m', details)).toMatchObject({
      outcome: 'unknown',
      retrySafe: false,
    })
  })

  it('makes a hopeless failure to connect not worth repeating', () => {
    const error = new connecting.ConnectFailedError('m', { failure, attempts: 1, hopeless: true })
    expect(error).toMatchObject({ hopeless: true, attempts: 1, failure, retrySafe: false })
  })

  it('makes an aborted transaction worth repeating if its first error was', () => {
    const error = new transaction.TransactionAbortedError('m', { cause: serializationFailure })
    expect(error.retrySafe).toBe(true)
  })

  it.each([
    ['queue', true],
    ['acquire', true],
    ['execution', false],
    ['cursor', false],
  ] as const)('makes a deadline that passed in phase %s retry-safe: %s', (phase, retrySafe) => {
    expect(new request.RequestTimeoutError('m', { phase })).toMatchObject({ phase, retrySafe })
  })
})

describe('instanceof', () => {
  it('knows the errors of another copy of the package', async () => {
    vi.resetModules()
    const copy = await import('../../../src/errors/request-errors.ts')
    const foreign = new copy.QueueFullError('m')
    expect(Object.getPrototypeOf(foreign)).not.toBe(request.QueueFullError.prototype)
    expect(foreign).toBeInstanceOf(request.QueueFullError)
    expect(foreign).toBeInstanceOf(SupervisorError)
    expect(foreign).not.toBeInstanceOf(request.NestedUseError)
    expect(new request.QueueFullError('m')).toBeInstanceOf(copy.QueueFullError)
  })

  it('tells a class derived by a user from its parent', () => {
    class MyQueueFullError extends request.QueueFullError {}
    const mine = new MyQueueFullError('m')
    expect(mine).toBeInstanceOf(MyQueueFullError)
    expect(mine).toBeInstanceOf(request.QueueFullError)
    expect(mine.name).toBe('MyQueueFullError')
    expect(new request.QueueFullError('m')).not.toBeInstanceOf(MyQueueFullError)
  })

  it.each([null, undefined, 'QUEUE_FULL', { code: 'QUEUE_FULL' }, new Error('QUEUE_FULL')])(
    'does not know %s',
    (stranger) => {
      expect((stranger as unknown) instanceof request.QueueFullError).toBe(false)
      expect((stranger as unknown) instanceof SupervisorError).toBe(false)
    },
  )
})
