import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { retry } from '../../../src/backoff/retry.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'
import { RequestTimeoutError } from '../../../src/errors/request-errors.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'
import { failing } from './failing.ts'

const never = () => new Promise<never>(() => {})
const delays = (...ms: number[]) => ({ backoff: () => ms })

describe('retry', () => {
  it('calls synchronously when the first delay is 0 (txpostgres 70, point 2)', async () => {
    const { fn, calls } = failing(0)
    const promise = retry(fn)
    expect(calls).toEqual([1])
    await expect(promise).resolves.toBe('done')
  })

  it('waits for the first delay when it is not 0', async () => {
    const clock = new VirtualClock()
    const { fn, calls } = failing(0)
    const promise = retry(fn, { ...delays(10), clock })
    await clock.advanceAsync(9)
    expect(calls).toEqual([])
    await clock.advanceAsync(1)
    await expect(promise).resolves.toBe('done')
  })

  it('calls again after each delay until it succeeds, and asks shouldRetry once per error (txpostgres 71)', async () => {
    const clock = new VirtualClock()
    const { fn, calls } = failing(2)
    const asked: unknown[] = []
    const shouldRetry = (error: unknown, attempt: number) =>
      asked.push([(error as Error).message, attempt]) > 0
    const promise = retry(fn, { ...delays(0, 1000, 2000), shouldRetry, clock })
    await clock.advanceAsync(999)
    expect(calls).toEqual([1])
    await clock.advanceAsync(1)
    expect(calls).toEqual([1, 2])
    await clock.advanceAsync(1999)
    expect(calls).toEqual([1, 2])
    await clock.advanceAsync(1)
    await expect(promise).resolves.toBe('done')
    expect(asked).toEqual([
      ['1', 1],
      ['2', 2],
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('rejects with the last error itself when the schedule ends, and keeps them all (txpostgres 72)', async () => {
    const errors = [new Error('first'), new Error('second')]
    const promise = retry((attempt) => Promise.reject(errors[attempt - 1]), delays(0, 0))
    expect(await promise.catch((error: unknown) => error)).toBe(errors[1])
    expect(promise.errors).toEqual(errors)
  })

  it('stops at the first error that is not to be retried (txpostgres 73)', async () => {
    const clock = new VirtualClock()
    const shouldRetry = (error: unknown) => error instanceof RangeError
    const fn = (attempt: number) => Promise.reject(attempt < 3 ? new RangeError() : new TypeError('no'))
    const promise = retry(fn, { ...delays(0, 0, 0, 0), shouldRetry, clock })
    await expect(promise).rejects.toThrow(new TypeError('no'))
    expect(promise.errors).toHaveLength(3)
  })

  it('goes on unless shouldRetry says false itself', async () => {
    const { fn } = failing(1)
    const shouldRetry = (() => undefined) as unknown as () => boolean
    await expect(retry(fn, { ...delays(0, 0), shouldRetry })).resolves.toBe('done')
  })

  it('rejects with what shouldRetry throws (txpostgres 74)', async () => {
    const { fn, calls } = failing(9)
    const shouldRetry = () => {
      throw new Error('who am I to judge')
    }
    await expect(retry(fn, { shouldRetry })).rejects.toThrow('who am I to judge')
    expect(calls).toEqual([1])
  })

  it.each([
    ['throws', failing(10_000).fn],
    ['rejects', async (attempt: number) => failing(attempt > 10_000 ? 0 : 1).fn(attempt)],
  ])('makes 10 000 attempts without a pause when the function %s', async (_, fn) => {
    const backoff = () => Array.from({ length: 10_001 }, () => 0)
    const promise = retry(fn, { backoff })
    await expect(promise).resolves.toBe('done')
    expect(promise.errors).toHaveLength(10_000)
  })

  it('takes the schedule of exponential backoff when none is given', async () => {
    const clock = new VirtualClock()
    const { fn, calls } = failing(2)
    const promise = retry(fn, { clock })
    await clock.advanceAsync(84)
    expect(calls).toEqual([1])
    await clock.advanceAsync(86 + 289)
    await expect(promise).resolves.toBe('done')
  })

  it('tells the schedule when nothing more is wanted', async () => {
    let closed = false
    const backoff = function* () {
      try {
        for (;;) yield 0
      } finally {
        closed = true
      }
    }
    const promise = retry(() => 'done', { backoff })
    expect(closed).toBe(false)
    await promise
    expect(closed).toBe(true)
  })

  it('tells the schedule when another takes its place', async () => {
    let closed = false
    const backoff = function* () {
      try {
        yield* [0, 1000]
      } finally {
        closed = true
      }
    }
    const { fn } = failing(1)
    const promise = retry(fn, { backoff, clock: new VirtualClock() })
    promise.resetBackoff(() => [0])
    expect(closed).toBe(true)
    await expect(promise).resolves.toBe('done')
  })
})

describe('resetBackoff', () => {
  it('leaves a delay that has begun alone, then takes the new ones (txpostgres 75, point 2)', async () => {
    const clock = new VirtualClock()
    const { fn, calls } = failing(9)
    const promise = retry(fn, { ...delays(0, 1000, 1000, 1000), clock })
    promise.catch(() => {})
    await clock.advanceAsync(500)
    promise.resetBackoff(() => [5])
    await clock.advanceAsync(499)
    expect(calls).toEqual([1])
    await clock.advanceAsync(1)
    expect(calls).toEqual([1, 2])
    await clock.advanceAsync(5)
    expect(calls).toEqual([1, 2, 3])
    await expect(promise).rejects.toThrow('3')
  })

  it('refuses what is no function', async () => {
    const promise = retry(() => 'done')
    expect(() => promise.resetBackoff([1] as never)).toThrow(InvalidOptionError)
    await promise
  })
})

describe("retry's deadline of an attempt", () => {
  it('abandons the attempt, aborts its signal and goes on', async () => {
    const clock = new VirtualClock()
    const signals: AbortSignal[] = []
    const fn = (attempt: number, signal: AbortSignal) => {
      signals.push(signal)
      return attempt === 1 ? never() : 'done'
    }
    const promise = retry(fn, { ...delays(0, 10), attemptTimeoutMs: 100, clock })
    await clock.advanceAsync(99)
    expect(signals[0]?.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(signals[0]?.reason).toBe(promise.errors[0])
    await clock.advanceAsync(10)
    await expect(promise).resolves.toBe('done')
    expect(promise.errors[0]).toBeInstanceOf(RequestTimeoutError)
    expect(promise.errors[0]).toMatchObject({ phase: 'execution', outcome: 'unknown', retrySafe: false })
    expect(clock.pendingTimers).toBe(0)
  })

  it('ignores what an abandoned attempt does later', async () => {
    const clock = new VirtualClock()
    const reject: Array<(error: Error) => void> = []
    const fn = () => new Promise<never>((_, fail) => reject.push(fail))
    const promise = retry(fn, { ...delays(0), attemptTimeoutMs: 100, clock })
    const outcome = promise.catch((error: unknown) => error)
    await clock.advanceAsync(100)
    expect(await outcome).toBeInstanceOf(RequestTimeoutError)
    reject[0]?.(new Error('too late'))
    await clock.advanceAsync(0)
    expect(promise.errors).toHaveLength(1)
  })
})

describe("retry's signal", () => {
  it('is left without listeners', async () => {
    const clock = new VirtualClock()
    const { signal } = new AbortController()
    const promise = retry(failing(2).fn, { ...delays(0, 10, 10), signal, attemptTimeoutMs: 100, clock })
    await clock.advanceAsync(20)
    await expect(promise).resolves.toBe('done')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('prevents the first call when it is aborted already', async () => {
    const { fn, calls } = failing(0)
    const reason = new Error('never mind')
    await expect(retry(fn, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(calls).toEqual([])
  })

  it('ends a delay (txpostgres 76)', async () => {
    const clock = new VirtualClock()
    const { fn, calls } = failing(9)
    const controller = new AbortController()
    const promise = retry(fn, { ...delays(0, 1000, 1000), signal: controller.signal, clock })
    const reason = new Error('never mind')
    const outcome = promise.catch((error: unknown) => error)
    await clock.advanceAsync(500)
    controller.abort(reason)
    expect(await outcome).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceAsync(5000)
    expect(calls).toEqual([1])
  })

  it('ends attempts without a pause: others have their turn between them', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 5)
    const backoff = function* () {
      for (let left = 100_000; left > 0; left--) yield 0
    }
    const { fn, calls } = failing(Number.POSITIVE_INFINITY)
    await expect(retry(fn, { backoff, signal: controller.signal })).rejects.toBe(reason)
    expect(calls.length).toBeLessThan(100_000)
  })

  it('ends an attempt, whose signal is aborted with the same reason', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    let inner: AbortSignal | undefined
    const fn = (_: number, signal: AbortSignal) => {
      inner = signal
      return never()
    }
    const promise = retry(fn, { signal: controller.signal, attemptTimeoutMs: 100, clock })
    const reason = new Error('never mind')
    controller.abort(reason)
    await expect(promise).rejects.toBe(reason)
    expect(inner?.reason).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(promise.errors).toEqual([])
  })

  it('may be aborted by the function itself', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const fn = () => {
      controller.abort(reason)
      return never()
    }
    await expect(retry(fn, { signal: controller.signal, attemptTimeoutMs: 100, clock })).rejects.toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })
})
