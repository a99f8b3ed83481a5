import { describe, expect, it } from 'vitest'
import { errorOf, ScriptedWire } from '../../../src/model/scripted-wire.ts'
import { PostOffice } from '../../support/post-office.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `select ${n}`)

describe('a mailbox', () => {
  it('writes what it is given at once, in order, without waiting for answers', () => {
    const office = PostOffice.open()
    office.askAll('a', 'b', 'c')
    expect(office.wire.written).toEqual(['a', 'b', 'c'])
    office.wire.answer({ command: 'SELECT' })
    office.wire.answer({ command: 'INSERT' })
    expect(office.settledWith).toEqual([
      { text: 'a', command: 'SELECT' },
      { text: 'b', command: 'INSERT' },
    ])
  })

  it('waits for each answer when it does not pipeline (txpostgres 32, point 4)', () => {
    const office = PostOffice.open({ isPipelined: false })
    office.askAll('a', 'b', 'c')
    expect(office.wire.written).toEqual(['a'])
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', 'b'])
    office.wire.answerAll()
    expect(office.settledWith.map(({ text }) => text)).toEqual(['a', 'b', 'c'])
  })

  it('has no more than 1024 in flight, and fills up again when half are answered', () => {
    const office = PostOffice.open()
    office.askAll(...numbered(3000))
    expect(office.wire.written).toHaveLength(1024)
    for (let n = 0; n < 511; n++) office.wire.answer()
    expect(office.wire.written).toHaveLength(1024)
    office.wire.answer()
    expect(office.wire.written).toHaveLength(1536)
    office.wire.answerAll()
    expect(office.wire.written).toEqual(numbered(3000))
    expect(office.settledWith).toHaveLength(3000)
  })

  it('gathers the statements of a tick into one write from the fifth in flight on', () => {
    const office = PostOffice.open()
    office.askAll('a', 'b', 'c', 'd')
    expect(office.wire.calls).not.toContain('cork')
    office.ask('e')
    expect(office.wire.calls.slice(-2)).toEqual(['cork', 'submit e'])
  })

  it('keeps the rest waiting while the socket does not take what is written', () => {
    const office = PostOffice.open()
    office.ask('a')
    office.wire.isCongested = true
    office.askAll('b', 'c')
    expect(office.wire.written).toEqual(['a'])
    office.wire.isCongested = false
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', 'b', 'c'])
  })

  it('writes one statement all the same when the socket is congested and nothing is in flight', () => {
    const office = PostOffice.open()
    office.wire.isCongested = true
    office.askAll('a', 'b')
    expect(office.wire.written).toEqual(['a'])
  })

  it('writes a COPY only when nothing is in flight, and nothing behind it until it is answered', () => {
    const office = PostOffice.open()
    office.ask('a')
    office.ask('copy t from stdin', { isSolo: true })
    office.ask('b')
    expect(office.wire.written).toEqual(['a'])
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', 'copy t from stdin'])
    office.ask('c')
    expect(office.wire.unanswered).toEqual(['copy t from stdin'])
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', 'copy t from stdin', 'b', 'c'])
  })

  it('tells which statement the server is working on', () => {
    const office = PostOffice.open()
    office.askAll('a', 'b', 'c')
    expect(office.mailbox.oldest?.text).toBe('a')
    office.wire.answer()
    expect(office.mailbox.oldest?.text).toBe('b')
    expect(office.oldest).toEqual(['a', 'b'])
    office.wire.answerAll()
    expect(office.mailbox.oldest).toBeUndefined()
  })

  it('passes an error to its own caller alone, and tells the host', () => {
    const office = PostOffice.open()
    const error = errorOf('23505')
    office.askAll('a', 'b', 'c')
    office.wire.answer()
    office.wire.answer({ error })
    office.wire.answer()
    expect(office.settledWith).toEqual([
      { text: 'a', command: 'SELECT' },
      { text: 'b', error },
      { text: 'c', command: 'SELECT' },
    ])
    expect(office.errors).toEqual([error])
  })

  it('lets a statement land before its turn that pg refused to write', () => {
    const office = PostOffice.open()
    office.askAll('a', 'b')
    office.wire.refuse('unserialisable')
    expect(office.settledWith).toEqual([{ text: 'b', error: 'unserialisable' }])
    expect(office.mailbox.oldest?.text).toBe('a')
    office.wire.answer()
    expect(office.mailbox.oldest).toBeUndefined()
  })
})

describe('a mailbox without a session', () => {
  it('keeps what it is given, and writes it in order a turn after the gate has opened', async () => {
    const office = new PostOffice()
    office.askAll('a', 'b')
    office.wire = new ScriptedWire()
    const preparation = office.mailbox.attach(office.wire)
    office.ask('c')
    expect(office.wire.written).toEqual([])
    office.ask('set x', { lane: preparation })
    expect(office.wire.written).toEqual(['set x'])
    office.wire.answer()
    office.mailbox.openGate()
    office.ask('d')
    expect(office.mailbox.isQuiet).toBe(false)
    expect(office.wire.written).toEqual(['set x'])
    await office.turn()
    expect(office.wire.written).toEqual(['set x', 'a', 'b', 'c', 'd'])
  })

  it('refuses what is asked on the lane of a preparation that is over', () => {
    const office = new PostOffice()
    const preparation = office.mailbox.attach(office.wire)
    office.mailbox.openGate()
    office.ask('set x', { lane: preparation })
    expect(office.settledWith).toEqual([{ text: 'set x', error: 'revoked' }])
  })
})

describe('a statement that is cancelled before it is written', () => {
  it('is settled at once and never written; what waited behind it goes on', () => {
    const office = PostOffice.open({ isPipelined: false })
    const [, b] = office.askAll('a', 'b', 'c')
    office.cancel(b!)
    expect(office.settledWith).toEqual([{ text: 'b', error: 'b: never written' }])
    office.wire.answer()
    expect(office.wire.written).toEqual(['a', 'c'])
  })

  it('lets a pipeline flow on that a COPY had stopped', () => {
    const office = PostOffice.open()
    office.ask('a')
    const copy = office.ask('copy t from stdin', { isSolo: true })
    office.ask('b')
    office.cancel(copy)
    expect(office.wire.written).toEqual(['a', 'b'])
  })
})

describe('a statement whose name the server has lost', () => {
  const forgotten = errorOf('26000')

  it('is written again, once, and nobody hears of it', () => {
    const office = PostOffice.open()
    office.askAll('a', 'b')
    office.wire.answer({ error: forgotten, nameWasLost: true })
    expect(office.settledWith).toEqual([])
    expect(office.errors).toEqual([])
    expect(office.wire.unanswered).toEqual(['b', 'a'])
    office.wire.answer()
    office.wire.answer()
    expect(office.settledWith.map(({ text }) => text)).toEqual(['b', 'a'])
  })

  it('fails by the second time', () => {
    const office = PostOffice.open()
    office.ask('a')
    office.wire.answer({ error: forgotten, nameWasLost: true })
    office.wire.answer({ error: forgotten, nameWasLost: true })
    expect(office.settledWith).toEqual([{ text: 'a', error: forgotten }])
    expect(office.wire.written).toEqual(['a', 'a'])
  })

  it('fails inside a transaction, which it has failed', () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    office.wire.answer({ command: 'BEGIN', status: 'T' })
    office.ask('a', { lane })
    office.wire.answer({ error: forgotten, nameWasLost: true, status: 'E' })
    expect(office.settledWith.at(-1)).toEqual({ text: 'a', error: forgotten })
  })

  it('waits its turn, before all others, while an exclusive use is on', () => {
    const office = PostOffice.open()
    office.ask('a')
    const { lane } = office.lease('session')
    office.ask('b')
    office.wire.answer({ error: forgotten, nameWasLost: true })
    expect(office.wire.written).toEqual(['a'])
    office.mailbox.endLane(lane)
    expect(office.wire.written).toEqual(['a', 'a', 'b'])
  })

  it('is not repeated for a caller who wanted it cancelled', () => {
    const office = PostOffice.open()
    const a = office.ask('a')
    office.cancel(a)
    office.wire.answer({ error: forgotten, nameWasLost: true })
    expect(office.settledWith).toEqual([{ text: 'a', error: forgotten }])
  })
})
