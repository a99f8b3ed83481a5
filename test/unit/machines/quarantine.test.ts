import { describe, expect, it } from 'vitest'
import { cancelled, errorOf } from '../../../src/model/scripted-wire.ts'
import { PostOffice } from '../../support/post-office.ts'

const cancelCalls = ({ wire }: PostOffice) => wire.cancels.length

/** The server has hung up on the asking. */
async function hangUp(office: PostOffice): Promise<void> {
  office.wire.cancels.at(-1)?.hangUp()
  await office.turn()
}

describe('a cancel', () => {
  it('is asked for at once when its statement is the oldest', () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    office.cancel(a)
    expect(cancelCalls(office)).toBe(1)
    expect(office.settledWith).toEqual([])
  })

  it('waits until its statement is the oldest', () => {
    const office = PostOffice.open()
    const [, b] = office.askAll('a', 'b', 'c')
    office.cancel(b!)
    expect(cancelCalls(office)).toBe(0)
    office.wire.answer()
    expect(cancelCalls(office)).toBe(1)
    expect(office.mailbox.oldest).toBe(b)
  })

  it('is not asked for when the answer comes first', () => {
    const office = PostOffice.open()
    const [a, b] = office.askAll('a', 'b')
    office.cancel(b!)
    office.wire.answer()
    office.wire.answer()
    expect(a?.wish).toBeUndefined()
    expect(office.settledWith.map(({ text }) => text)).toEqual(['a', 'b'])
  })

  it('is asked for once, however often it is wished (txpostgres 8)', () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    office.cancel(a)
    office.cancel(a)
    expect(cancelCalls(office)).toBe(1)
  })

  it('that the server confirms tells the caller so', () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    office.cancel(a)
    office.wire.answer({ error: cancelled() })
    expect(office.settledWith).toEqual([{ text: 'a', error: 'a: cancelled' }])
  })

  it('that comes too late lets the statement succeed', () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.wire.answer()
    expect(office.settledWith).toEqual([{ text: 'a', command: 'SELECT' }])
  })

  it('leaves another error of the server to the caller', () => {
    const office = PostOffice.open()
    const error = errorOf('23505')
    office.cancel(office.ask('a'))
    office.wire.answer({ error })
    expect(office.settledWith).toEqual([{ text: 'a', error }])
  })
})

describe('while a cancel is out', () => {
  it('nothing new is written, until the server has hung up and answered one probe', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.ask('b')
    expect(office.wire.written).toEqual(['a'])
    office.wire.answer({ error: cancelled() })
    office.ask('c')
    expect(office.wire.written).toEqual(['a'])
    await hangUp(office)
    expect(office.wire.written).toEqual(['a', ''])
    expect(office.mailbox.isQuiet).toBe(false)
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', '', 'b', 'c'])
  })

  it('the server may hang up before it answers the statement', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.ask('b')
    await hangUp(office)
    expect(office.wire.written).toEqual(['a'])
    office.wire.answer({ error: cancelled() })
    expect(office.wire.written).toEqual(['a', ''])
  })

  it('the session is convicted if the server does not answer the statement in 500 ms', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    await hangUp(office)
    await office.clock.advanceAsync(499)
    expect(office.convictions).toEqual([])
    await office.clock.advanceAsync(1)
    await office.turn()
    expect(office.convictions).toEqual([
      { message: 'the server did not confirm a cancel in time', cause: 'a: cause' },
    ])
  })

  it('the session is convicted if the server does not hang up in 500 ms', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.wire.answer()
    await office.clock.advanceAsync(500)
    await office.turn()
    expect(office.convictions).toHaveLength(1)
  })

  it('the session is convicted if the server could not be asked', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.wire.cancels[0]?.fail(new Error('ECONNREFUSED'))
    office.wire.answer()
    await office.turn()
    expect(office.wire.written).toEqual(['a'])
    await office.clock.advanceAsync(500)
    await office.turn()
    expect(office.convictions).toHaveLength(1)
  })

  it('nothing is convicted once both have come', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    office.wire.answer()
    expect(office.clock.pendingTimers).toBe(0)
    expect(office.convictions).toEqual([])
  })
})

describe('a statement behind others in the pipeline', () => {
  it('is given up by its caller 500 ms after the wish, while the session lives on', async () => {
    const office = PostOffice.open()
    const [, b] = office.askAll('a', 'b')
    office.cancel(b!)
    await office.clock.advanceAsync(500)
    await office.turn()
    expect(office.settledWith).toEqual([{ text: 'b', error: 'b: too late' }])
    expect(office.convictions).toEqual([])
  })

  it('is cancelled even then, once it is the oldest, for nobody is to work for nobody', async () => {
    const office = PostOffice.open()
    const [, b] = office.askAll('a', 'b')
    office.cancel(b!)
    await office.clock.advanceAsync(500)
    await office.turn()
    office.wire.answer()
    expect(cancelCalls(office)).toBe(1)
  })

  it('is cancelled after the one before it, without waiting for a probe', async () => {
    const office = PostOffice.open()
    const [a, b] = office.askAll('a', 'b')
    office.cancel(a!)
    office.wire.answer({ error: cancelled() })
    office.cancel(b!)
    expect(cancelCalls(office)).toBe(1)
    await hangUp(office)
    expect(cancelCalls(office)).toBe(2)
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    expect(office.wire.unanswered).toEqual([''])
    office.wire.answer()
    office.ask('c')
    expect(office.wire.unanswered).toEqual(['c'])
  })

  it('is given up in 500 ms when the cancel before it does not come to its end', async () => {
    const office = PostOffice.open()
    const [a, b] = office.askAll('a', 'b')
    office.cancel(a!)
    office.wire.answer({ error: cancelled() })
    await office.clock.advanceAsync(100)
    office.cancel(b!)
    await office.clock.advanceAsync(500)
    await office.turn()
    expect(office.settledWith.at(-1)).toEqual({ text: 'b', error: 'b: too late' })
    expect(office.convictions).toHaveLength(1)
  })

  it('is cancelled also when the probe of an earlier cancel waits behind it', async () => {
    const office = PostOffice.open()
    const [a, b, c] = office.askAll('a', 'b', 'c')
    office.cancel(a!)
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    expect(office.wire.unanswered).toEqual(['b', 'c', ''])
    office.cancel(b!)
    expect(cancelCalls(office)).toBe(2)
    office.cancel(c!)
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    expect(cancelCalls(office)).toBe(3)
    office.wire.answer({ error: cancelled() })
    await hangUp(office)
    office.ask('d')
    office.wire.answer()
    expect(office.wire.written).not.toContain('d')
    office.wire.answer()
    expect(office.wire.unanswered).toEqual(['d'])
  })
})

describe('a COMMIT', () => {
  it('is never cancelled; unanswered for 500 ms after the wish it convicts the session', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    office.wire.answer()
    office.cancel(office.ask('COMMIT', { lane, role: 'commit' }))
    await office.clock.advanceAsync(500)
    await office.turn()
    expect(cancelCalls(office)).toBe(0)
    expect(office.convictions).toHaveLength(1)
    expect(office.settledWith.map(({ text }) => text)).toEqual(['BEGIN'])
  })

  it('answered in time convicts nobody', async () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    office.wire.answer()
    office.cancel(office.ask('COMMIT', { lane, role: 'commit' }))
    office.wire.answer({ command: 'COMMIT' })
    expect(office.clock.pendingTimers).toBe(0)
    expect(office.settledWith.at(-1)).toEqual({ text: 'COMMIT', command: 'COMMIT' })
  })
})

describe('when the session is lost', () => {
  it('the asking is broken off, and no timer is left', () => {
    const office = PostOffice.open()
    const [a, , c] = office.askAll('a', 'b', 'c')
    office.cancel(a!)
    office.cancel(c!)
    office.lose()
    expect(office.wire.cancels[0]?.signal.aborted).toBe(true)
    expect(office.clock.pendingTimers).toBe(0)
  })

  it('the next session is not in quarantine', async () => {
    const office = PostOffice.open()
    office.cancel(office.ask('a'))
    const first = office.wire
    office.lose()
    office.connect()
    office.ask('b')
    expect(office.wire.written).toEqual(['b'])
    first.cancels[0]?.hangUp()
    await office.turn()
    expect(office.wire.written).toEqual(['b'])
  })
})
