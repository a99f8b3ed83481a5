import { beforeEach, describe, expect, it } from 'vitest'
import { StatementWatch } from '../../../src/api/requests/statement-watch.ts'
import { Lane } from '../../../src/machines/mailbox/lane.ts'
import { Request } from '../../../src/machines/mailbox/request.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

let clock: VirtualClock
let expired: number[]
beforeEach(() => {
  clock = new VirtualClock()
  expired = []
})

const watchOf = (timeoutMs: number) => new StatementWatch(clock, timeoutMs, ({ id }) => expired.push(id))

function inFlight(id: number): Request {
  const keeper = { answered: () => undefined, settled: () => undefined }
  const request = new Request(id, { text: 'select 1', lane: new Lane('autocommit') }, keeper)
  request.isInFlight = true
  return request
}

/** Lets time pass, and deadlines have their poll of the sockets. */
async function pass(ms: number): Promise<void> {
  await clock.advanceAsync(ms)
  await new Promise((resolve) => setImmediate(resolve))
}

describe('the deadline of a statement', () => {
  it('counts from when it is the oldest unanswered', async () => {
    const watch = watchOf(1000)
    watch.oldestChanged(inFlight(1))
    await pass(600)
    watch.oldestChanged(inFlight(2))
    await pass(999)
    expect(expired).toEqual([])
    await pass(1)
    expect(expired).toEqual([2])
  })

  it('is told once', async () => {
    const watch = watchOf(1000)
    watch.oldestChanged(inFlight(1))
    await pass(5000)
    expect(expired).toEqual([1])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is over when it was answered, and nothing came after it', async () => {
    const watch = watchOf(1000)
    const request = inFlight(1)
    watch.oldestChanged(request)
    request.isInFlight = false
    await pass(5000)
    expect(expired).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes one timer, and sets none anew for each statement', async () => {
    const watch = watchOf(1000)
    let set = 0
    const { setTimeout } = clock
    clock.setTimeout = (callback, ms) => {
      set++
      return setTimeout.call(clock, callback, ms)
    }
    for (let id = 0; id < 100; id++) {
      watch.oldestChanged(inFlight(id))
      await pass(1)
    }
    expect([set, clock.pendingTimers]).toEqual([1, 1])
    await pass(998)
    expect(expired).toEqual([])
    await pass(1)
    expect([expired, set]).toEqual([[99], 2])
  })

  it('begins again with the next after one has passed', async () => {
    const watch = watchOf(1000)
    watch.oldestChanged(inFlight(1))
    await pass(1000)
    watch.oldestChanged(inFlight(2))
    await pass(1000)
    expect(expired).toEqual([1, 2])
  })

  it('ends with the session', async () => {
    const watch = watchOf(1000)
    watch.oldestChanged(inFlight(1))
    watch.stop()
    expect(clock.pendingTimers).toBe(0)
    await pass(5000)
    expect(expired).toEqual([])
    watch.oldestChanged(inFlight(2))
    await pass(1000)
    expect(expired).toEqual([2])
  })

  it('is none when there is to be none', async () => {
    watchOf(0).oldestChanged(inFlight(1))
    expect(clock.pendingTimers).toBe(0)
  })
})
