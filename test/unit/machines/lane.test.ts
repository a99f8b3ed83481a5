import { describe, expect, it } from 'vitest'
import { Lane } from '../../../src/machines/mailbox/lane.ts'

const root = new Lane('autocommit')
const session = new Lane('session', root)
const transaction = new Lane('transaction', session, true)
const savepoint = new Lane('savepoint', transaction)
const preparation = new Lane('preparation', root)
const handler = new Lane('session', preparation)

describe('a lane', () => {
  it('is within itself and whatever is around it', () => {
    expect(savepoint.isWithin(savepoint)).toBe(true)
    expect(savepoint.isWithin(root)).toBe(true)
    expect(session.isWithin(savepoint)).toBe(false)
    expect(handler.isWithin(session)).toBe(false)
  })

  it('is transactional where the server rolls back what was lost', () => {
    const lanes = [root, session, transaction, savepoint, preparation]
    expect(lanes.map(({ isTransactional }) => isTransactional)).toEqual([false, false, true, true, false])
  })

  it('is as read-only as the transaction around it', () => {
    expect([root, session, transaction, savepoint].map(({ isReadOnly }) => isReadOnly)).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(new Lane('savepoint', transaction, false).isReadOnly).toBe(false)
  })

  it('is preparing when it is part of making a session ready', () => {
    expect([preparation, handler, session].map(({ isPreparing }) => isPreparing)).toEqual([true, true, false])
  })

  it('is cut once, for the first reason, and tells it', () => {
    const lane = new Lane('transaction', root)
    const heard: unknown[] = []
    lane.onCut = (error) => heard.push(error)
    expect(lane.refusal).toBeUndefined()
    lane.cut(undefined)
    lane.cut('later')
    expect(lane.refusal).toEqual({ error: undefined })
    expect(heard).toEqual([undefined])
  })
})
