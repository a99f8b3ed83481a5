import { describe, expect, it } from 'vitest'
import { Counters } from '../../../support/nemesis/counters.ts'
import { History } from '../../../support/nemesis/history.ts'
import { Lists } from '../../../support/nemesis/lists.ts'
import { channel, Outbox } from '../../../support/nemesis/outbox.ts'

const unknown = Object.assign(new Error('gone'), { code: 'ECONNRESET' })
const refused = Object.assign(new Error('no'), { code: '23505', severity: 'ERROR', name: 'error', length: 1 })

/** Answers with these rows, or fails. */
const answering = (...answers: (unknown[] | Error)[]) => ({
  query: async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return { rows: answer ?? [] } as never
  },
})

async function listsWith(...appends: (unknown[] | Error)[]) {
  const lists = new Lists(new History())
  for (const append of appends) await lists.append(answering(append), 0)
  return lists
}

describe('list-append finds', () => {
  it('nothing where every word was true', async () => {
    const lists = await listsWith([], unknown, unknown)
    await lists.read(answering([{ elements: ['o1'] }]), 0)
    expect(lists.compare([['o1', 'o3']])).toEqual([])
  })

  it('an acknowledged append that is not there, and one that is there twice', async () => {
    const lists = await listsWith([], [])
    expect(lists.compare([['o2', 'o2']])).toEqual([
      "o1 (append to list 0) was told 'applied', and is stored 0 times",
      "o2 (append to list 0) was told 'applied', and is stored 2 times",
    ])
  })

  it('one that was called not applied and is there', async () => {
    const lists = await listsWith(refused)
    expect(lists.compare([['o1']])).toEqual([
      "o1 (append to list 0) was told 'notApplied' by error: no, and is stored 1 times",
    ])
  })

  it('a read of what nobody finds there again', async () => {
    const lists = await listsWith(unknown, [])
    await lists.read(answering([{ elements: ['o1', 'o2'] }]), 0)
    expect(lists.compare([['o2']])).toEqual([
      "o3 (read list 0) was told 'applied': it saw o1 at 0, where o2 is stored",
    ])
  })

  it('a read that does not see what was acknowledged before', async () => {
    const lists = await listsWith([])
    await new Promise((resolve) => setImmediate(resolve))
    await lists.read(answering([{ elements: [] }]), 0)
    expect(lists.compare([['o1']])).toEqual([
      "o2 (read list 0) was told 'applied': it did not see o1, acknowledged before",
    ])
  })
})

describe('counters find', () => {
  const counted = async (...answers: (unknown[] | Error)[]) => {
    const counters = new Counters(new History())
    for (const answer of answers) await counters.increment(answering(answer), 0, {})
    return counters
  }

  it('nothing as long as the doubtful ones make up for the difference', async () => {
    const counters = await counted([{ value: 1 }], unknown, unknown)
    expect([1, 2, 3].flatMap((value) => counters.compare([value]))).toEqual([])
  })

  it('increments that were lost, and such as nobody made', async () => {
    const counters = await counted([{ value: 1 }], [{ value: 2 }], unknown)
    expect(counters.compare([1])).toContain('counter 0 is 1, with 2 acknowledged and 1 in doubt')
    expect(counters.compare([4])).toEqual(['counter 0 is 4, with 2 acknowledged and 1 in doubt'])
  })

  it('two increments that were told the same value', async () => {
    const counters = await counted([{ value: 1 }], [{ value: 1 }])
    expect(counters.compare([2])).toEqual(["o2 (increment 0) was told 'applied': it got 1, as o1 did"])
  })
})

describe('the outbox finds', () => {
  const placed = async (heard: readonly string[], ...ends: (Error | undefined)[]) => {
    const outbox = new Outbox(new History())
    let observe: (notification: { payload: string }) => void = () => {}
    await outbox.listen({
      on: () => () => {},
      listen: async (_: string, observer: typeof observe) => {
        observe = observer
      },
    } as never)
    for (const end of ends) {
      await outbox.place('somehow', async () => {
        if (end !== undefined) throw end
      })
    }
    for (const payload of heard) observe({ payload })
    return outbox
  }

  it('an order without its message', async () => {
    const outbox = await placed(['o1'], undefined)
    expect(outbox.compare({ orders: ['o1'], messages: [] })).toEqual([
      'o1 is stored 1 times, and its message 0 times',
    ])
  })

  it('a message that was delivered twice', async () => {
    const outbox = await placed(['o1'], undefined)
    expect(outbox.compare({ orders: ['o1'], messages: ['o1', 'o1'] })).toEqual([
      'o1 is stored 1 times, and its message 2 times',
    ])
  })

  it('a notification of what was not committed, and one too many', async () => {
    const outbox = await placed(['o1', 'o2', 'o2'], unknown, undefined)
    expect(outbox.compare({ orders: ['o2'], messages: ['o2'] })).toEqual([
      'o1 was notified 1 times, and is stored 0',
      'o2 was notified 2 times, and is stored 1',
    ])
  })

  it(`an order that nobody heard of on ${channel}, outside of every gap`, async () => {
    const outbox = await placed([], undefined)
    expect(outbox.compare({ orders: ['o1'], messages: ['o1'] })).toEqual([
      "o1 (place an order somehow) was told 'applied', was not notified, and lies in no gap",
    ])
  })
})
