import { describe, expect, it } from 'vitest'
import { cancelled, ScriptedWire } from '../../../src/model/scripted-wire.ts'
import { brokenLine, PostOffice } from '../../support/post-office.ts'

describe('when the session dies, a mailbox', () => {
  it('tells each caller by the phase of his request what has become of it', () => {
    const office = PostOffice.open()
    office.ask('written')
    office.ask('vouched for', { isIdempotent: true })
    const { lane } = office.lease('transaction')
    office.ask('in it', { lane })
    office.ask('COMMIT', { lane, role: 'commit' })
    office.ask('behind it')
    expect(office.lose()).toEqual(['vouched for', 'behind it'])
    expect(office.settledWith).toEqual([
      { text: 'written', error: 'lost, unknown' },
      { text: 'BEGIN', error: 'lost, notApplied' },
      { text: 'in it', error: 'lost, notApplied' },
      { text: 'COMMIT', error: 'commitUnknown' },
    ])
  })

  it('believes a COMMIT done whose command tag had come', () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    office.wire.answer()
    const commit = office.ask('COMMIT', { lane, role: 'commit' })
    commit.completed('COMMIT')
    office.lose()
    expect(office.settledWith.at(-1)).toEqual({ text: 'COMMIT', command: 'COMMIT' })
  })

  it('does not believe a COMMIT done that was answered by ROLLBACK', () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    const commit = office.ask('COMMIT', { lane, role: 'commit' })
    commit.completed('ROLLBACK')
    office.lose()
    expect(office.settledWith.at(-1)).toEqual({ text: 'COMMIT', error: 'commitUnknown' })
  })

  it('ends the lanes that were open, and says of what; those that wait begin on the next session', async () => {
    const office = PostOffice.open()
    const outer = office.lease('transaction')
    const inner = office.lease('savepoint', outer.lane, 'SAVEPOINT s')
    const next = office.lease('transaction', undefined, 'BEGIN 2')
    office.lose()
    expect([outer.lane, inner.lane, next.lane].map(({ stage }) => stage)).toEqual([
      'ended',
      'ended',
      'queued',
    ])
    expect([outer.lane, inner.lane, next.lane].map(({ lostBy }) => lostBy)).toEqual([
      brokenLine,
      brokenLine,
      undefined,
    ])
    expect((await office.nextSession()).written).toEqual(['BEGIN 2'])
    expect(next.lane.stage).toBe('open')
  })

  it('writes on the next session what was left, what is repeated first, all in order', async () => {
    const office = PostOffice.open({ isPipelined: true })
    office.ask('first', { isIdempotent: true })
    office.ask('second', { isIdempotent: true })
    office.ask('copy t from stdin', { isSolo: true })
    office.ask('fourth')
    expect(office.lose()).toEqual(['first', 'second', 'copy t from stdin', 'fourth'])
    expect((await office.nextSession()).written).toEqual(['first', 'second'])
    office.wire.answerAll()
    expect(office.wire.written).toEqual(['first', 'second', 'copy t from stdin', 'fourth'])
  })

  it('remembers of what it repeats that it was written once', () => {
    const office = PostOffice.open()
    const request = office.ask('a', { isIdempotent: true })
    office.lose()
    expect([request.phase, request.wasWritten, request.isInFlight]).toEqual(['queued', true, false])
  })

  it('hears no answer any more to what it will repeat, not even to a cancel of the old session', async () => {
    const office = PostOffice.open()
    const old = office.wire
    office.ask('a', { isIdempotent: true })
    office.lose()
    old.answer({ error: cancelled() })
    expect(office.settledWith).toEqual([])
    const next = await office.nextSession()
    next.answer()
    expect(office.settledWith).toEqual([{ text: 'a', command: 'SELECT' }])
  })

  it('has nothing in flight, and writes nothing until the next', () => {
    const office = PostOffice.open()
    office.ask('a')
    office.lose()
    expect([office.mailbox.oldest, office.mailbox.isQuiet, office.mailbox.wire]).toEqual([
      undefined,
      true,
      undefined,
    ])
    office.ask('b')
    expect(office.wire.written).toEqual(['a'])
  })

  it('loses with a preparation what was asked on it', () => {
    const office = new PostOffice()
    const lane = office.mailbox.attach(new ScriptedWire())
    office.ask('waits')
    office.ask('set x', { lane })
    expect(office.lose()).toEqual(['waits'])
    expect(office.settledWith).toEqual([{ text: 'set x', error: 'lost, unknown' }])
  })
})

describe('when the connection is ended, a mailbox', () => {
  it('refuses all that is unsettled, in the order it was asked for', () => {
    const office = PostOffice.open({ isPipelined: false })
    office.askAll('a', 'b')
    const { lane } = office.lease('transaction')
    office.ask('c')
    office.mailbox.shut(({ phase }) => `refused, ${phase}`)
    expect(office.settledWith).toEqual([
      { text: 'a', error: 'refused, written' },
      { text: 'b', error: 'refused, queued' },
      { text: 'BEGIN', error: 'refused, queued' },
      { text: 'c', error: 'refused, queued' },
    ])
    expect(lane.stage).toBe('queued')
    expect([office.mailbox.wire, office.mailbox.isQuiet]).toEqual([undefined, true])
  })

  it('ends what was open', () => {
    const office = PostOffice.open()
    const outer = office.lease('session')
    const inner = office.lease('transaction', outer.lane)
    office.mailbox.shut(() => 'refused')
    expect([outer.lane.stage, inner.lane.stage]).toEqual(['ended', 'ended'])
    expect(office.mailbox.openLane).toBe(office.mailbox.root)
  })

  it('writes nothing more that was settled, in a new life neither', async () => {
    const office = PostOffice.open({ isPipelined: false })
    office.askAll('a', 'b')
    office.mailbox.shut(() => 'refused')
    expect((await office.nextSession()).written).toEqual([])
    office.ask('c')
    expect(office.wire.written).toEqual(['c'])
  })
})
