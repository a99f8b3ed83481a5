import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Refusals } from '../../../src/api/requests/refusals.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { isRetrySafe, outcomeOf } from '../../../src/errors/outcome-of.ts'
import type { SupervisorError } from '../../../src/errors/supervisor-error.ts'
import { Lane, type LaneKind } from '../../../src/machines/mailbox/lane.ts'
import { Request, type RequestInit } from '../../../src/machines/mailbox/request.ts'

const secret = 'hunter2'
const original = Object.assign(new Error(`Key (password)=(${secret})`), { code: 'ECONNRESET' })
const failure = createFailure({
  kind: 'network',
  phase: 'querying',
  code: 'ECONNRESET',
  message: 'the network failed while querying (ECONNRESET)',
  at: 1000,
  error: original,
})
const refusals = new Refusals('orders')
const outage = { because: 'down', since: 1000, attempt: 3, nextAttemptAt: 2000, failure } as const

function request(kind: LaneKind, phase: 'queued' | 'written', init: Partial<RequestInit> = {}) {
  const lane = new Lane<Request>(kind)
  const text = `select '${secret}'`
  const made = new Request(
    1,
    { text, values: [secret], lane, ...init },
    { answered: () => undefined, settled: () => undefined },
  )
  made.phase = phase
  return made
}

/** Every way to be turned away. */
const all: [string, unknown][] = [
  ['lost', refusals.lost(failure, 'unknown')],
  [
    'byVerdict',
    refusals.byVerdict(request('autocommit', 'written'), failure, { kind: 'lost', outcome: 'unknown' }),
  ],
  [
    'byVerdict, COMMIT',
    refusals.byVerdict(request('transaction', 'written'), failure, { kind: 'commitUnknown' }),
  ],
  ['down', refusals.down(outage)],
  ['down, never connected', refusals.down({ ...outage, failure: undefined })],
  ['lostForGood', refusals.lostForGood({ failure, attempts: 3 })],
  ['closed', refusals.closed()],
  ['closed, written', refusals.closed(request('autocommit', 'written'))],
  ['closed, committing', refusals.closed(request('transaction', 'written', { role: 'commit' }))],
  ['timedOut', refusals.timedOut(250, 'execution')],
  ['full', refusals.full(10_000)],
  ['nested', refusals.nested(new Lane('autocommit'))],
  ['nested in a transaction', refusals.nested(new Lane('transaction'))],
  ['revoked', refusals.revoked(new Lane('preparation'))],
]

describe('whoever is turned away', () => {
  it.each(all)('learns of which connection, and no secret: %s', (_, error) => {
    const { connectionName, message, code } = error as SupervisorError
    expect(connectionName).toBe('orders')
    expect(message).toContain('orders')
    expect(code).toMatch(/^[A-Z_]+$/)
    expect(message).not.toContain(secret)
    expect(inspect({ ...(error as object), cause: undefined })).not.toContain(secret)
  })

  it('of a lost session learns what happened and what is known', () => {
    const error = refusals.lost(failure, 'notApplied')
    expect(error.message).toBe(
      'orders was lost: the network failed while querying (ECONNRESET); nothing of it was applied',
    )
    expect(error).toMatchObject({
      code: 'CONNECTION_LOST',
      failure,
      cause: original,
      outcome: 'notApplied',
      retrySafe: true,
    })
    expect(refusals.lost(failure, 'unknown')).toMatchObject({ outcome: 'unknown', retrySafe: false })
  })

  it('learns his own reason first, when he had asked for a cancel that was not confirmed', () => {
    const cancelled = request('autocommit', 'written')
    cancelled.wish = { confirmed: 'a', tooLate: 'b', cause: 'the reason of the signal' }
    const error = refusals.byVerdict(cancelled, failure, { kind: 'lost', outcome: 'unknown' })
    expect(error.cause).toBe('the reason of the signal')
  })

  it('learns of a COMMIT without an answer that nobody knows', () => {
    const error = refusals.byVerdict(request('transaction', 'written'), failure, { kind: 'commitUnknown' })
    expect(error).toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN', transactionId: undefined, cause: original })
    expect(error.message).toContain('COMMIT was sent and its answer did not come')
    expect([outcomeOf(error), isRetrySafe(error)]).toEqual(['unknown', false])
  })

  it('while the connection is down learns since when, and when it is tried again', () => {
    expect(refusals.down(outage)).toMatchObject({
      code: 'CONNECTION_DEAD',
      since: 1000,
      attempt: 3,
      nextAttemptAt: 2000,
      cause: original,
      outcome: 'notApplied',
      retrySafe: true,
    })
    expect(refusals.down({ ...outage, failure: undefined }).message).toContain('it was never connected')
  })

  it('while the connection is down does not learn that nothing was sent, if it was', () => {
    const repeated = request('autocommit', 'queued', { isIdempotent: true })
    repeated.wasWritten = true
    expect(refusals.down(outage, repeated)).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
  })

  it.each<[LaneKind, 'queued' | 'written', Partial<RequestInit>, string, string]>([
    ['autocommit', 'queued', {}, 'CONNECTION_CLOSED', 'notApplied'],
    ['autocommit', 'written', {}, 'CONNECTION_CLOSED', 'unknown'],
    ['autocommit', 'written', { role: 'begin' }, 'CONNECTION_CLOSED', 'notApplied'],
    ['session', 'written', {}, 'CONNECTION_CLOSED', 'unknown'],
    ['transaction', 'written', {}, 'CONNECTION_CLOSED', 'notApplied'],
    ['savepoint', 'queued', {}, 'CONNECTION_CLOSED', 'notApplied'],
    ['transaction', 'queued', { role: 'commit' }, 'CONNECTION_CLOSED', 'notApplied'],
    ['transaction', 'written', { role: 'commit' }, 'COMMIT_OUTCOME_UNKNOWN', 'unknown'],
  ])(
    'by the end of the connection learns by his phase what is known: %s, %s, %j',
    (kind, phase, init, code, outcome) => {
      const error = refusals.closed(request(kind, phase, init), 'why')
      expect(error).toMatchObject({ code, outcome, cause: 'why' })
    },
  )

  it('by the end of the connection learns that it is unknown, if it was written before the loss', () => {
    const repeated = request('autocommit', 'queued', { isIdempotent: true })
    repeated.wasWritten = true
    expect(refusals.closed(repeated)).toMatchObject({ outcome: 'unknown' })
  })

  it('by a deadline learns where he was then', () => {
    expect(refusals.timedOut(250, 'queue')).toMatchObject({
      phase: 'queue',
      outcome: 'notApplied',
      retrySafe: true,
    })
    expect(refusals.timedOut(250, 'execution').message).toContain('within 250 ms, while it was running')
    expect(refusals.timedOut(250, 'execution', 'unknown')).toMatchObject({
      outcome: 'unknown',
      retrySafe: false,
    })
  })

  it('by the limit of the queue learns the limit', () => {
    expect(refusals.full(7)).toMatchObject({ code: 'QUEUE_FULL', retrySafe: true })
    expect(refusals.full(7).message).toContain('7 requests')
  })

  it('by himself learns what he waits for, and what to use', () => {
    expect(refusals.nested(new Lane('autocommit')).message).toContain(
      'the connection was used from inside its own running',
    )
    const { message } = refusals.nested(new Lane('transaction'))
    expect(message).toContain('the outer transaction was used from inside a transaction nested in it')
    expect(message).toContain('`detached: true`')
  })

  it.each<[LaneKind, string]>([
    ['transaction', 'transaction'],
    ['savepoint', 'savepoint'],
    ['preparation', 'session'],
  ])('with the handle of a %s that has ended learns that', (kind, word) => {
    expect(refusals.revoked(new Lane(kind)).message).toContain(
      `the handle of a ${word} on orders was used after it had ended`,
    )
  })
})
