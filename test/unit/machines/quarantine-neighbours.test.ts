import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../src/errors/outcome-of.ts'
import { cancelled, errorOf } from '../../../src/model/scripted-wire.ts'
import { PostOffice } from '../../support/post-office.ts'

/** The server has hung up on the asking. */
async function hangUp(office: PostOffice): Promise<void> {
  office.wire.cancels.at(-1)?.hangUp()
  await office.turn()
}

describe('a neighbour hit by a cancel that came late', () => {
  async function hitNeighbour(text: string, error = cancelled(), init = {}) {
    const office = PostOffice.open()
    const a = office.ask('a')
    office.ask(text, init)
    office.cancel(a)
    office.wire.answer()
    office.wire.answer({ error, status: 'I' })
    await hangUp(office)
    if (office.wire.isBusy) office.wire.answer()
    return { office, error }
  }

  it.each([
    'select 1',
    ' INSERT INTO t VALUES (1);',
    'update t set a = 1',
    'delete from t',
    'merge into t using s on true',
  ])('is run again when the cancel has certainly undone it: %s', async (text) => {
    const { office } = await hitNeighbour(text)
    expect(office.wire.unanswered).toEqual([text])
    office.wire.answer()
    expect(office.settledWith.at(-1)).toEqual({ text, command: 'SELECT' })
  })

  it.each([
    'call p()',
    'do $$ begin commit; end $$',
    'select 1; select 2',
    'vacuum',
    'with x as (select 1) select 1',
  ])('rejects in doubt when it may have committed something: %s', async (text) => {
    const { office, error } = await hitNeighbour(text)
    expect(office.settledWith.at(-1)).toEqual({ text, error })
    expect(outcomeOf(error)).toBe('unknown')
    expect(office.wire.unanswered).toEqual([])
  })

  it('rejects inside a transaction, which the cancel has failed', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    office.wire.answer()
    const first = office.ask('select 1', { lane })
    office.ask('select 2', { lane })
    office.cancel(first)
    office.wire.answer()
    const error = cancelled()
    office.wire.answer({ error })
    expect(office.settledWith.at(-1)).toEqual({ text: 'select 2', error })
  })

  it('is run again whatever it is when its caller vouched for repeating it', async () => {
    const { office } = await hitNeighbour('call p()', cancelled(), { isIdempotent: true })
    expect(office.wire.unanswered).toEqual(['call p()'])
  })

  it('is run again when it was to begin a transaction, which is begun then', async () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    const { lane } = office.lease('transaction')
    office.cancel(a)
    office.wire.answer()
    office.ask('b')
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    expect(office.wire.unanswered).toEqual([''])
    office.wire.answer()
    expect(office.wire.unanswered).toEqual(['BEGIN'])
    office.wire.answer({ command: 'BEGIN', status: 'T' })
    expect(office.settledWith.at(-1)).toEqual({ text: 'BEGIN', command: 'BEGIN' })
    expect(office.mailbox.openLane).toBe(lane)
    expect(office.wire.unanswered).toEqual([])
    office.mailbox.endLane(lane)
    expect(office.wire.unanswered).toEqual(['b'])
  })

  it('is told what happened when it was a question of a monitor that can not be repeated', async () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    const errors: unknown[] = []
    const asked = office.ask('show x', { role: 'probe' })
    const settle = asked.settle.bind(asked)
    asked.settle = (error, result) => {
      errors.push(error)
      return settle(error, result)
    }
    office.cancel(a)
    office.wire.answer()
    const error = cancelled()
    office.wire.answer({ error })
    expect(errors).toEqual([error])
  })

  it('is left alone when the server cancelled it for another reason', async () => {
    const foreign = errorOf('57014', { routine: 'exec_stmt_raise' })
    const { office } = await hitNeighbour('select 1', foreign)
    expect(office.settledWith.at(-1)).toEqual({ text: 'select 1', error: foreign })
    expect(outcomeOf(foreign)).toBe('notApplied')
  })

  it('is left alone when no cancel of ours is out', () => {
    const office = PostOffice.open()
    const error = cancelled()
    office.ask('select 1')
    office.wire.answer({ error })
    expect(office.settledWith).toEqual([{ text: 'select 1', error }])
    expect(outcomeOf(error)).toBe('notApplied')
  })

  it('may be the probe itself, which is answered by that', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.wire.answer()
    await hangUp(office)
    office.ask('b')
    office.wire.answer({ error: cancelled() })
    expect(office.wire.written).toEqual(['a', '', 'b'])
  })
})
