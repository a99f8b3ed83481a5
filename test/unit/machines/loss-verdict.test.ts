import { describe, expect, it } from 'vitest'
import { Lane, type LaneKind } from '../../../src/machines/mailbox/lane.ts'
import { lossVerdict, phaseOf } from '../../../src/machines/mailbox/loss-verdict.ts'
import { Request, type RequestInit, type RequestRole } from '../../../src/machines/mailbox/request.ts'

const keeper = { answered: () => undefined, settled: () => undefined }
const root = new Lane<Request>('autocommit')
const laneOf = (kind: LaneKind) => (kind === 'autocommit' ? root : new Lane<Request>(kind, root))

function verdictOn(
  kind: LaneKind,
  phase: 'queued' | 'written',
  init: Partial<RequestInit> = {},
  tag?: string,
) {
  const request = new Request(1, { text: 'select 1', lane: laneOf(kind), ...init }, keeper)
  request.phase = phase
  if (tag !== undefined) request.completed(tag)
  return lossVerdict(request)
}

const notApplied = { kind: 'lost', outcome: 'notApplied' }
const unknown = { kind: 'lost', outcome: 'unknown' }
const stays = { kind: 'stays' }

describe('a session that dies leaves a request', () => {
  // The rows and columns of the table in docs/outcomes.md.
  it.each<[string, LaneKind, object, object]>([
    ['an autocommit statement', 'autocommit', stays, unknown],
    ['a statement inside a transaction', 'transaction', notApplied, notApplied],
    ['a statement inside a savepoint', 'savepoint', notApplied, notApplied],
    ['a statement inside a session lease, by hand', 'session', notApplied, unknown],
    ['a statement of the preparation', 'preparation', notApplied, unknown],
  ])('%s: unwritten or written', (_, kind, unwritten, written) => {
    expect(verdictOn(kind, 'queued')).toEqual(unwritten)
    expect(verdictOn(kind, 'written')).toEqual(written)
  })

  it('vouched for as idempotent to be repeated, where it commits by itself', () => {
    const init = { isIdempotent: true }
    expect(verdictOn('autocommit', 'written', init)).toEqual({ kind: 'repeat' })
    expect(verdictOn('autocommit', 'queued', init)).toEqual(stays)
    expect(verdictOn('autocommit', 'written', { ...init, role: 'begin' })).toEqual(notApplied)
    expect(verdictOn('transaction', 'written', init)).toEqual(notApplied)
    expect(verdictOn('session', 'written', init)).toEqual(unknown)
  })

  it.each<[RequestRole, object]>([
    ['begin', notApplied],
    ['rollback', notApplied],
  ])('with the role %s, written, without effect', (role, verdict) => {
    expect(verdictOn('transaction', 'written', { role })).toEqual(verdict)
  })

  it('with a BEGIN on the own lane of the connection: kept unwritten, without effect when written', () => {
    expect(verdictOn('autocommit', 'queued', { role: 'begin' })).toEqual(stays)
    expect(verdictOn('autocommit', 'written', { role: 'begin' })).toEqual(notApplied)
    expect(verdictOn('session', 'written', { role: 'begin' })).toEqual(notApplied)
  })

  it('with a COMMIT by what was heard of it', () => {
    const role = 'commit'
    expect(verdictOn('transaction', 'queued', { role })).toEqual(notApplied)
    expect(verdictOn('transaction', 'written', { role })).toEqual({ kind: 'commitUnknown' })
    expect(verdictOn('transaction', 'written', { role }, 'COMMIT')).toEqual({ kind: 'applied' })
    expect(verdictOn('transaction', 'written', { role }, 'ROLLBACK')).toEqual({ kind: 'commitUnknown' })
  })
})

describe('the phase of a failure', () => {
  it.each<[string, RequestRole | undefined, LaneKind]>([
    ['idle', undefined, 'autocommit'],
    ['querying', 'statement', 'autocommit'],
    ['inTransaction', undefined, 'transaction'],
    ['inTransaction', 'statement', 'savepoint'],
    ['inTransaction', undefined, 'session'],
    ['committing', 'commit', 'transaction'],
    ['querying', 'statement', 'preparation'],
  ])('is %s with %s oldest on the lane of a %s', (phase, role, kind) => {
    const lane = laneOf(kind)
    const oldest = role === undefined ? undefined : new Request(1, { text: '', lane, role }, keeper)
    expect(phaseOf(oldest, lane)).toBe(phase)
  })
})
