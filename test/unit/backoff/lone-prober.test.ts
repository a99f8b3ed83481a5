import { describe, expect, it } from 'vitest'
import { LoneProber } from '../../../src/backoff/lone-prober.ts'
import { stormLimitFor } from '../../../src/backoff/storm-limit.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function diallers(count: number, rate?: number) {
  const clock = new VirtualClock()
  const prober = new LoneProber(rate)
  const who = Array.from({ length: count }, (_, number) => ({ number }))
  const limits = who.map((each) => prober.limitFor('db:5432', each, stormLimitFor('db:5432', clock)))
  return { clock, prober, who, limits }
}

describe('while nothing is known of a host', () => {
  it('everybody may dial', () => {
    const { limits } = diallers(3)
    expect(limits.map((limit) => limit.tryAcquire() !== undefined)).toEqual([true, true, true])
  })
})

describe('while a host is suspect', () => {
  it('only one dials; the others follow its success', async () => {
    const { prober, limits } = diallers(3)
    prober.suspect()
    const first = await limits[0]!.acquire()
    let granted = 0
    const others = [limits[1]!, limits[2]!].map((limit) =>
      limit.acquire().then((permit) => {
        granted++
        return permit
      }),
    )
    await turn()
    expect([granted, limits[1]!.tryAcquire()]).toEqual([0, undefined])
    first.failed()
    await turn()
    expect(granted).toBe(0)
    const again = await limits[0]!.acquire()
    again.succeeded()
    await Promise.all(others)
    expect(granted).toBe(2)
  })

  it('the first whose attempt failed goes on for all', async () => {
    const { limits } = diallers(2)
    const permits = await Promise.all(limits.map((limit) => limit.acquire()))
    permits[1]!.failed()
    permits[0]!.failed()
    expect(limits[0]!.tryAcquire()).toBeUndefined()
    expect(limits[1]!.tryAcquire()).toBeDefined()
  })

  it('another takes over from one that leaves, or whose attempt was not made', async () => {
    const { prober, who, limits } = diallers(3)
    prober.suspect()
    const first = await limits[0]!.acquire()
    const second = limits[1]!.acquire()
    first.failed()
    prober.leave(who[0]!)
    const permit = await second
    expect(limits[2]!.tryAcquire()).toBeUndefined()
    permit.released()
    expect(limits[2]!.tryAcquire()).toBeDefined()
  })

  it('another takes over from one that gave up, whose attempt counts', async () => {
    const { who, prober, limits } = diallers(2)
    const first = limits[0]!.tryAcquire()!
    prober.leave(who[0]!)
    first.abandoned()
    expect(limits[1]!.tryAcquire()).toBeDefined()
  })

  it('one that found it unfit goes on for all, and costs the storm limit nothing', async () => {
    const { limits } = diallers(2)
    for (let times = 0; times < 20; times++) limits[0]!.tryAcquire()!.unfit()
    expect(limits[1]!.tryAcquire()).toBeUndefined()
  })

  it('another takes over from one that has found a session elsewhere', async () => {
    const { clock, prober, who, limits } = diallers(2)
    limits[0]!.tryAcquire()!.failed()
    expect(limits[1]!.tryAcquire()).toBeUndefined()
    prober.limitFor('other:5432', who[0]!, stormLimitFor('other:5432', clock)).tryAcquire()!.succeeded()
    expect(limits[1]!.tryAcquire()).toBeDefined()
  })

  it('who waits leaves the line by its signal', async () => {
    const { prober, limits } = diallers(2)
    prober.suspect()
    await limits[0]!.acquire()
    const aborting = new AbortController()
    const waiting = limits[1]!.acquire(aborting.signal)
    aborting.abort(new Error('ended'))
    await expect(waiting).rejects.toThrow('ended')
  })
})

describe('a lowered rate', () => {
  it('holds for all of them together', async () => {
    const { clock, limits } = diallers(2, 0.5)
    const first = await limits[0]!.acquire()
    first.failed()
    expect(limits[0]!.tryAcquire()).toBeUndefined()
    clock.advance(2000)
    expect(limits[0]!.tryAcquire()).toBeDefined()
  })
})
