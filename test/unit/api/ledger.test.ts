import { describe, expect, it } from 'vitest'
import { Ledger } from '../../../src/api/requests/ledger.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { Request, type RequestInit } from '../../../src/machines/mailbox/request.ts'

function setUp() {
  const ledger = new Ledger()
  const lane = new Lane<Request>('autocommit')
  const keeper = { answered: () => undefined, settled: ledger.settled.bind(ledger) }
  const request = (id: number, role: NonNullable<RequestInit['role']> = 'statement') =>
    new Request(id, { text: 'select 1', lane, role }, keeper)
  const ask = (id: number) => {
    const asked = request(id)
    const reply = ledger.open(asked)
    reply.catch(() => undefined)
    return { asked, reply }
  }
  return { ledger, request, ask }
}

describe('the ledger', () => {
  it('settles a promise with its request, once', async () => {
    const { ask } = setUp()
    const answered = ask(1)
    const refused = ask(2)
    expect(answered.asked.settle(undefined, undefined)).toBe(true)
    expect(refused.asked.settle(new Error('refused'))).toBe(true)
    expect(answered.asked.settle(new Error('too late'))).toBe(false)
    await expect(answered.reply).resolves.toBeUndefined()
    await expect(refused.reply).rejects.toThrow('refused')
  })

  it('keeps the order of the calls, whichever is settled', () => {
    const { ledger, ask } = setUp()
    const asked = [1, 2, 3, 4, 5].map((id) => ask(id).asked)
    const left = () => ledger.unsettled().map(({ id }) => id)
    for (const [index, expected] of [
      [2, [1, 2, 4, 5]],
      [0, [2, 4, 5]],
      [4, [2, 4]],
      [1, [4]],
      [3, []],
    ] as const) {
      asked[index]?.settle(undefined)
      expect(left()).toEqual(expected)
    }
    ask(6)
    expect(left()).toEqual([6])
  })

  it('finds what is unsettled by its id, and nothing else', () => {
    const { ledger, ask } = setUp()
    const [first, second] = [ask(1).asked, ask(2).asked]
    expect([ledger.find(1), ledger.find(2), ledger.find(3)]).toEqual([first, second, undefined])
    first.settle(undefined)
    expect([ledger.find(1), ledger.find(2)]).toEqual([undefined, second])
  })

  it("does not count the supervisor's own questions", async () => {
    const { ledger, request, ask } = setUp()
    const probe = request(1, 'probe')
    const reply = ledger.open(probe)
    expect(ledger.pending).toBe(0)
    const { asked } = ask(2)
    expect(ledger.pending).toBe(1)
    probe.settle(undefined)
    await reply
    expect(ledger.pending).toBe(1)
    asked.settle(undefined)
    expect(ledger.pending).toBe(0)
  })

  it('lets go of what bound a request when it is settled, or at once when it was', () => {
    const { ledger, ask } = setUp()
    const { asked } = ask(1)
    let released = 0
    ledger.bind(asked, () => released++)
    expect(released).toBe(0)
    asked.settle(undefined)
    expect(released).toBe(1)
    ledger.bind(asked, () => released++)
    expect(released).toBe(2)
  })

  it('tells when nothing is pending', async () => {
    const { ledger, ask } = setUp()
    await ledger.emptied()
    const asked = [ask(1).asked, ask(2).asked]
    let isEmpty = false
    const emptied = ledger.emptied().then(() => {
      isEmpty = true
    })
    asked[0]?.settle(undefined)
    await Promise.resolve()
    expect(isEmpty).toBe(false)
    asked[1]?.settle(undefined)
    await emptied
    expect(isEmpty).toBe(true)
  })
})
