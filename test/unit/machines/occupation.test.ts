import { describe, expect, it } from 'vitest'
import { Lane, type LaneKind } from '../../../src/machines/mailbox/lane.ts'
import { isOccupation, occupationOf } from '../../../src/machines/mailbox/occupation.ts'
import { Request, type RequestRole } from '../../../src/machines/mailbox/request.ts'

const keeper = { answered: () => undefined, settled: () => undefined }

describe('a live connection', () => {
  it.each<[string, LaneKind, RequestRole | undefined, 'I' | 'T' | 'E']>([
    ['connected', 'autocommit', undefined, 'I'],
    ['connected', 'autocommit', 'probe', 'I'],
    ['querying', 'autocommit', 'statement', 'I'],
    ['inTransaction.waiting', 'transaction', undefined, 'T'],
    ['inTransaction.waiting', 'session', undefined, 'I'],
    ['inTransaction.querying', 'transaction', 'begin', 'I'],
    ['inTransaction.querying', 'savepoint', 'statement', 'T'],
    ['inTransaction.failed', 'transaction', undefined, 'E'],
    ['inTransaction.failed', 'session', undefined, 'E'],
    ['inTransaction.committing', 'transaction', 'commit', 'T'],
    ['inTransaction.rollingBack', 'transaction', 'rollback', 'E'],
  ])('is %s on the lane of %s with %s oldest and the status %s', (word, kind, role, status) => {
    const lane = new Lane<Request>(kind)
    const oldest = role === undefined ? undefined : new Request(1, { text: '', lane, role }, keeper)
    expect(occupationOf(lane, oldest, status)).toBe(word)
    expect(isOccupation(word)).toBe(true)
  })

  it.each(['', 'asleep', 'inTransaction', 7, undefined, null, {}])('is never %j', (word) => {
    expect(isOccupation(word)).toBe(false)
  })
})
