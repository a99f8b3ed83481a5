import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestLane } from '../../../src/machines/mailbox/request.ts'
import { PostOffice } from '../../support/post-office.ts'

describe('a transaction', () => {
  it('begins behind what is in flight, and lets nothing foreign be written until it ends', () => {
    const office = PostOffice.open()
    office.ask('a')
    const { lane } = office.lease('transaction')
    office.ask('b')
    office.ask('in it', { lane })
    expect(office.wire.written).toEqual(['a', 'BEGIN', 'in it'])
    office.ask('COMMIT', { lane, role: 'commit' })
    office.wire.answerAll()
    expect(office.wire.written).toEqual(['a', 'BEGIN', 'in it', 'COMMIT'])
    office.mailbox.endLane(lane)
    expect(office.wire.written.at(-1)).toBe('b')
  })

  it('waits for the one before it', () => {
    const office = PostOffice.open()
    const first = office.lease('transaction', undefined, 'BEGIN 1')
    const second = office.lease('transaction', undefined, 'BEGIN 2')
    expect([first.lane.stage, second.lane.stage]).toEqual(['open', 'queued'])
    office.mailbox.endLane(first.lane)
    expect([first.lane.stage, second.lane.stage]).toEqual(['ended', 'open'])
    expect(office.wire.written).toEqual(['BEGIN 1', 'BEGIN 2'])
  })

  it('is held up by a savepoint inside it until that ends', () => {
    const office = PostOffice.open()
    const { lane } = office.lease('transaction')
    const inner = office.lease('savepoint', lane, 'SAVEPOINT s')
    office.ask('outer', { lane })
    office.ask('inner', { lane: inner.lane })
    expect(office.wire.written).toEqual(['BEGIN', 'SAVEPOINT s', 'inner'])
    office.mailbox.endLane(inner.lane)
    expect(office.wire.written.at(-1)).toBe('outer')
    expect(office.mailbox.openLane).toBe(lane)
  })

  it('that was given up in the queue is passed over', () => {
    const office = PostOffice.open()
    const first = office.lease('session')
    const second = office.lease('transaction')
    office.ask('a')
    office.cancel(second.opener)
    office.mailbox.endLane(second.lane)
    office.mailbox.endLane(first.lane)
    expect(office.wire.written).toEqual(['a'])
    expect(second.lane.stage).toBe('ended')
  })

  it('refuses at its end what it has not written, and all that is asked later', () => {
    const office = PostOffice.open({ isPipelined: false })
    const { lane } = office.lease('transaction')
    office.ask('early', { lane })
    office.mailbox.endLane(lane)
    office.ask('late', { lane })
    expect(office.settledWith).toEqual([
      { text: 'early', error: 'revoked' },
      { text: 'late', error: 'revoked' },
    ])
  })
})

describe('a session lease', () => {
  it('writes nothing of its own and begins when it is its turn', () => {
    const office = PostOffice.open()
    const first = office.lease('session', undefined, 'lease 1')
    const second = office.lease('session', undefined, 'lease 2')
    expect(office.settledWith.map(({ text }) => text)).toEqual(['lease 1'])
    office.mailbox.endLane(first.lane)
    expect(office.settledWith.map(({ text }) => text)).toEqual(['lease 1', 'lease 2'])
    expect(second.lane.stage).toBe('open')
    expect(office.wire.written).toEqual([])
  })
})

describe('quiet', () => {
  it('is a mailbox with nothing in flight and nobody holding the session', () => {
    const office = PostOffice.open()
    expect(office.mailbox.isQuiet).toBe(true)
    office.ask('a')
    expect(office.mailbox.isQuiet).toBe(false)
    office.wire.answer()
    const { lane } = office.lease('session')
    expect(office.mailbox.isQuiet).toBe(false)
    office.mailbox.endLane(lane)
    expect(office.mailbox.isQuiet).toBe(true)
  })
})

type Step = 'ask' | 'lease' | 'askIn' | 'end' | 'answer' | 'cancelNewest'
const steps = fc.array(
  fc.constantFrom<Step>('ask', 'ask', 'lease', 'askIn', 'askIn', 'end', 'answer', 'answer', 'cancelNewest'),
  { maxLength: 60 },
)

describe('whatever is asked', () => {
  it('is written in the order of its lane, alone with its lane, and settled once', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (isPipelined, life) => {
        const office = PostOffice.open({ isPipelined })
        const asked: string[] = []
        // A text begins with the number of its lane; the connection's own is 0.
        const leases: RequestLane[] = [office.mailbox.root]
        const begins = new Map<string, number>()
        const name = (lane: number): string => {
          const text = `${lane}:${asked.length}`
          asked.push(text)
          return text
        }
        const open = () => leases.indexOf(office.mailbox.openLane)
        const take = {
          ask: () => office.ask(name(0)),
          lease: () => {
            const begin = name(0)
            begins.set(begin, leases.length)
            leases.push(office.lease('transaction', undefined, begin).lane)
          },
          askIn: () => office.ask(name(open()), { lane: leases[open()]! }),
          end: () => open() > 0 && office.mailbox.endLane(leases[open()]!),
          answer: () => office.wire.isBusy && office.wire.answer(),
          cancelNewest: () => {
            const newest = office.unsettled().findLast(({ phase }) => phase === 'queued')
            if (newest !== undefined) office.cancel(newest)
          },
        }
        for (const step of life) take[step]()
        while (open() > 0 || office.wire.isBusy) {
          take.end()
          office.wire.answerAll()
        }

        expect(office.settledWith.map(({ text }) => text).toSorted()).toEqual(asked.toSorted())
        const { written } = office.wire
        const laneOf = (text: string | undefined) => Number(text?.split(':')[0])
        for (const lane of leases.keys()) {
          const ofLane = written.filter((text) => laneOf(text) === lane)
          expect(ofLane).toEqual(asked.filter((text) => ofLane.includes(text)))
        }
        const stray = written.filter((text, at) => {
          const before = written[at - 1]
          return laneOf(text) > 0 && ![laneOf(before), begins.get(before ?? '')].includes(laneOf(text))
        })
        expect(stray).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
