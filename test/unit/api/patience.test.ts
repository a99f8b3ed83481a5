import { beforeEach, describe, expect, it } from 'vitest'
import { Patience } from '../../../src/api/requests/patience.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { Request } from '../../../src/machines/mailbox/request.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

let clock: VirtualClock
let ended: number[]
beforeEach(() => {
  clock = new VirtualClock()
  ended = []
})

const patienceOf = (waitMs: number | undefined) => new Patience(clock, waitMs, ({ id }) => ended.push(id))
const request = (id: number) =>
  new Request(
    id,
    { text: 'select 1', lane: new Lane('autocommit') },
    { answered: () => undefined, settled: () => undefined },
  )

describe('requests that wait for a connection that is down', () => {
  it('wait each for its own time', () => {
    const patience = patienceOf(1000)
    patience.begin(request(1))
    clock.advance(400)
    patience.begin(request(2))
    clock.advance(599)
    expect(ended).toEqual([])
    clock.advance(1)
    expect(ended).toEqual([1])
    clock.advance(399)
    expect(ended).toEqual([1])
    clock.advance(1)
    expect(ended).toEqual([1, 2])
    expect(clock.pendingTimers).toBe(0)
  })

  it('share one timer, however many they are', () => {
    const patience = patienceOf(1000)
    for (let id = 0; id < 500; id++) patience.begin(request(id))
    expect(clock.pendingTimers).toBe(1)
    clock.advance(1000)
    expect(ended).toHaveLength(500)
  })

  it('wait no longer when the connection is up, or given up', () => {
    const patience = patienceOf(1000)
    patience.begin(request(1))
    patience.end()
    expect(clock.pendingTimers).toBe(0)
    clock.advance(5000)
    expect(ended).toEqual([])
    patience.begin(request(2))
    clock.advance(1000)
    expect(ended).toEqual([2])
  })

  it('are not ended when they were settled otherwise', () => {
    const patience = patienceOf(1000)
    const settled = request(1)
    patience.begin(settled)
    patience.begin(request(2))
    settled.settle('aborted')
    clock.advance(1000)
    expect(ended).toEqual([2])
  })

  it('wait for ever where no time is set', () => {
    patienceOf(undefined).begin(request(1))
    expect(clock.pendingTimers).toBe(0)
    clock.advance(1e9)
    expect(ended).toEqual([])
  })
})
