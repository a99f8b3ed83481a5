import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { StormPermit } from '../../../src/backoff/host-bucket.ts'
import { rememberedHosts, stormLimitFor } from '../../../src/backoff/storm-limit.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

let clock: VirtualClock
let startedAt: number
beforeEach(() => {
  clock = new VirtualClock()
  startedAt = clock.now()
})

const elapsed = () => clock.now() - startedAt

function take(count: number, host = 'db:5432'): StormPermit[] {
  return Array.from({ length: count }, () => stormLimitFor(host, clock).tryAcquire()).filter(
    (permit) => permit !== undefined,
  )
}

/** Asks in line; each attempt fails as soon as it is made. Notes who was served when. */
function failInLine(names: string[], log: unknown[], ratePerSecond?: number): void {
  for (const name of names) {
    void stormLimitFor('db:5432', clock)
      .acquire(undefined, ratePerSecond)
      .then((permit) => {
        log.push([name, elapsed()])
        permit.failed()
      })
  }
}

describe('the storm limit', () => {
  it('lets five attempts go at once', () => {
    expect(take(9)).toHaveLength(5)
  })

  it('lets one more go each second while attempts fail', () => {
    for (const permit of take(9)) permit.failed()
    clock.advance(999)
    expect(take(1)).toEqual([])
    clock.advance(1)
    expect(take(2)).toHaveLength(1)
  })

  it('gathers no more than five', () => {
    for (const permit of take(5)) permit.failed()
    clock.advance(3_600_000)
    expect(take(9)).toHaveLength(5)
  })

  it.each(['succeeded', 'released'] as const)('counts an attempt that %s for nothing', (how) => {
    for (let round = 0; round < 100; round++) {
      const permits = take(9)
      expect(permits).toHaveLength(5)
      for (const permit of permits) permit[how]()
    }
  })

  it('never lets more than five be in flight', () => {
    take(5)
    clock.advance(3_600_000)
    expect(take(1)).toEqual([])
  })

  it('lets no second burst come from attempts that took long to succeed', () => {
    const slow = take(4)
    clock.advance(5000)
    const failInTurn = () => {
      let made = 0
      for (let [permit] = take(1); permit; [permit] = take(1)) {
        permit.failed()
        made++
      }
      return made
    }
    expect(failInTurn()).toBe(1)
    for (const permit of slow) permit.succeeded()
    expect(failInTurn()).toBe(4)
  })

  it('settles a permit once', () => {
    const [permit] = take(5)
    permit?.failed()
    permit?.succeeded()
    permit?.released()
    expect(take(1)).toEqual([])
  })

  it('is shared by all who ask for the same host and no other', () => {
    expect(take(5, 'a:5432')).toHaveLength(5)
    expect(take(1, 'a:5432')).toHaveLength(0)
    expect(take(9, 'b:5432')).toHaveLength(5)
  })

  it('is shared by the whole process when no clock is given', () => {
    const permits = Array.from({ length: 9 }, () => stormLimitFor('only.in.this.test:1').tryAcquire())
    expect(permits.filter((permit) => permit !== undefined)).toHaveLength(5)
    for (const permit of permits) permit?.released()
  })
})

describe('waiting in line', () => {
  it('is first come, first served', async () => {
    const log: unknown[] = []
    failInLine(['a', 'b', 'c', 'd', 'e', 'f', 'g'], log)
    await clock.advanceAsync(2000)
    expect(log).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 0],
      ['e', 0],
      ['f', 1000],
      ['g', 2000],
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is over at once when somebody succeeds', async () => {
    const [first] = take(5)
    let served = false
    const waiting = stormLimitFor('db:5432', clock)
      .acquire()
      .then(() => {
        served = true
      })
    await clock.advanceAsync(0)
    expect(served).toBe(false)
    first?.succeeded()
    await waiting
    expect(elapsed()).toBe(0)
  })

  it('is not overtaken by those who would not wait', async () => {
    const log: unknown[] = []
    const overtaking: unknown[] = []
    clock.setTimeout(() => overtaking.push(...take(1)), 1000)
    failInLine(['a', 'b', 'c', 'd', 'e', 'f'], log)
    await clock.advanceAsync(1000)
    expect(overtaking).toEqual([])
    expect(log.at(-1)).toEqual(['f', 1000])
  })

  it('ends by abort, with the reason, and leaves nothing behind', async () => {
    for (const permit of take(5)) permit.failed()
    const controller = new AbortController()
    const waiting = stormLimitFor('db:5432', clock).acquire(controller.signal)
    const reason = new Error('never mind')
    const outcome = waiting.catch((error: unknown) => error)
    await clock.advanceAsync(500)
    controller.abort(reason)
    expect(await outcome).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    clock.advance(500)
    expect(take(2)).toHaveLength(1)
  })

  it('does not begin when the signal is aborted already', async () => {
    const reason = new Error('never mind')
    await expect(stormLimitFor('db:5432', clock).acquire(AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(take(9)).toHaveLength(5)
  })

  it('ignores an abort once served', async () => {
    const controller = new AbortController()
    const permit = await stormLimitFor('db:5432', clock).acquire(controller.signal)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    controller.abort()
    expect(take(9)).toHaveLength(4)
    permit.released()
    expect(take(9)).toHaveLength(1)
  })
})

describe('a lowered rate', () => {
  it('has no burst: attempts are that far apart', async () => {
    const log: unknown[] = []
    failInLine(['a', 'b', 'c'], log, 0.5)
    await clock.advanceAsync(10_000)
    expect(log).toEqual([
      ['a', 0],
      ['b', 2000],
      ['c', 4000],
    ])
  })

  it('does not slow a host that is up', async () => {
    for (let round = 0; round < 20; round++) {
      const permit = await stormLimitFor('db:5432', clock).acquire(undefined, 0.1)
      permit.succeeded()
    }
    expect(elapsed()).toBe(0)
  })

  it('holds nobody else up', async () => {
    const log: unknown[] = []
    failInLine(['slow', 'slower'], log, 0.1)
    failInLine(['other'], log)
    await clock.advanceAsync(0)
    expect(log).toEqual([
      ['slow', 0],
      ['other', 0],
    ])
    await clock.advanceAsync(10_000)
    expect(log.at(-1)).toEqual(['slower', 10_000])
  })

  it('is remembered for as long as it says', async () => {
    stormLimitFor('db:5432', clock).tryAcquire(0.01)?.failed()
    clock.advance(99_999)
    stormLimitFor('other:5432', clock).tryAcquire()?.released()
    expect(stormLimitFor('db:5432', clock).tryAcquire(0.01)).toBeUndefined()
    clock.advance(1)
    expect(stormLimitFor('db:5432', clock).tryAcquire(0.01)).toBeDefined()
  })

  it('cannot raise the limit', () => {
    const permits = Array.from({ length: 20 }, () => stormLimitFor('db:5432', clock).tryAcquire(1000))
    expect(permits.filter((permit) => permit !== undefined)).toHaveLength(5)
  })

  it.each([0, -1, Number.NaN, '2'])('is not %s', async (rate) => {
    const limit = stormLimitFor('db:5432', clock)
    expect(() => limit.tryAcquire(rate as number)).toThrow(InvalidOptionError)
    await expect(limit.acquire(undefined, rate as number)).rejects.toThrow('option `reconnectRate` wants')
  })
})

describe('the memory of hosts', () => {
  it('forgets a host that has been left alone', () => {
    for (let host = 0; host < 1000; host++) {
      for (const permit of take(2, `host${host}:5432`)) permit.failed()
      clock.advance(1000)
    }
    expect(rememberedHosts(clock)).toBeLessThan(10)
  })

  it('keeps a host whose attempts are not settled', () => {
    take(5, 'a:5432')
    clock.advance(3_600_000)
    take(1, 'b:5432')
    expect(rememberedHosts(clock)).toBe(2)
    expect(take(1, 'a:5432')).toEqual([])
  })

  it('is the same for everybody, however long ago they asked for it', () => {
    const old = stormLimitFor('a:5432', clock)
    old.tryAcquire()?.failed()
    clock.advance(60_000)
    expect(take(5, 'a:5432')).toHaveLength(5)
    expect(old.tryAcquire()).toBeUndefined()
  })
})

describe('whatever is asked and however it ends', () => {
  const step = fc.record({
    pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 3000 })),
    lastsMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 12_000 })),
    how: fc.constantFrom('failed' as const, 'failed' as const, 'succeeded' as const, 'released' as const),
    rate: fc.constantFrom(undefined, undefined, 1, 0.3),
  })

  it('no five seconds see more than ten attempts that fail, nor any moment more than five', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const time = new VirtualClock()
        const failedAt: number[] = []
        for (const { pauseMs, lastsMs, how, rate } of steps) {
          time.advance(pauseMs)
          void stormLimitFor('db:5432', time)
            .acquire(undefined, rate)
            .then((permit) => {
              if (how === 'failed') failedAt.push(time.now())
              if (lastsMs === 0) permit[how]()
              else time.setTimeout(() => permit[how](), lastsMs)
            })
          await Promise.resolve()
        }
        await time.advanceAsync(3_600_000)

        const within = (from: number, ms: number) =>
          failedAt.filter((at) => at >= from && at <= from + ms).length
        const mostWithin = (ms: number) => Math.max(0, ...failedAt.map((from) => within(from, ms)))
        expect(mostWithin(5000)).toBeLessThanOrEqual(10)
        expect(mostWithin(0)).toBeLessThanOrEqual(5)
        expect(failedAt).toHaveLength(steps.filter(({ how }) => how === 'failed').length)
        expect(time.pendingTimers).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})
