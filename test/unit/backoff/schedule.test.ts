import { describe, expect, it } from 'vitest'
import { Schedule } from '../../../src/backoff/schedule.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

function scheduleOf(backoff: unknown) {
  const reports: unknown[] = []
  const schedule = new Schedule(backoff as () => Iterable<number>, (error) => reports.push(error))
  return { schedule, reports }
}

/** Counts how often it was told that nothing more is wanted. */
function closable(...delays: unknown[]) {
  const closed = { times: 0 }
  const backoff = () => {
    const values = delays.values()
    return {
      [Symbol.iterator]: () => ({
        next: () => values.next(),
        return: () => {
          closed.times++
          return { done: true, value: undefined }
        },
      }),
    }
  }
  return { backoff, closed }
}

describe('a schedule', () => {
  it('draws from any iterable and then is exhausted for ever', () => {
    const { schedule, reports } = scheduleOf(() => [0, 10, 20])
    expect([1, 2, 3, 4, 5].map(() => schedule.next())).toEqual([0, 10, 20, undefined, undefined])
    expect(reports).toEqual([])
  })

  it('asks for the iterable once', () => {
    let asked = 0
    const { schedule } = scheduleOf(() => {
      asked++
      return [1, 2]
    })
    schedule.next()
    schedule.next()
    expect(asked).toBe(1)
  })

  it('clamps delays to what a timer takes', () => {
    const { schedule, reports } = scheduleOf(() => [-5, 2 ** 31, Number.POSITIVE_INFINITY])
    expect([1, 2, 3].map(() => schedule.next())).toEqual([0, 2 ** 31 - 1, 2 ** 31 - 1])
    expect(reports).toEqual([])
  })

  it.each([Number.NaN, '100', undefined, null, 10n])(
    'is over at a delay of %s, reports it and closes the iterable',
    (delay) => {
      const { backoff, closed } = closable(1, delay, 3)
      const { schedule, reports } = scheduleOf(backoff)
      expect([1, 2, 3].map(() => schedule.next())).toEqual([1, undefined, undefined])
      expect(reports).toEqual([expect.any(InvalidOptionError)])
      expect(closed.times).toBe(1)
    },
  )

  it('is over when the iterable throws, and reports it once', () => {
    const { schedule, reports } = scheduleOf(function* () {
      yield 5
      throw new Error('out of order')
    })
    expect([1, 2, 3].map(() => schedule.next())).toEqual([5, undefined, undefined])
    expect(reports).toEqual([new Error('out of order')])
  })

  it.each([
    ['throws', () => JSON.parse('no')],
    ['returns nothing', () => undefined],
    ['returns a number', () => 100],
    ['is none', 100],
  ])('is empty when the function that makes it %s, and reports it', (_, backoff) => {
    const { schedule, reports } = scheduleOf(backoff)
    expect(schedule.next()).toBeUndefined()
    expect(reports).toEqual([expect.any(Error)])
  })

  it('closes the iterable when nobody wants more, once', () => {
    const { backoff, closed } = closable(1, 2, 3)
    const { schedule } = scheduleOf(backoff)
    expect(schedule.next()).toBe(1)
    schedule.close()
    schedule.close()
    expect(closed.times).toBe(1)
    expect(schedule.next()).toBeUndefined()
  })

  it('does not close an iterable that has ended by itself', () => {
    const { backoff, closed } = closable()
    const { schedule } = scheduleOf(backoff)
    schedule.next()
    schedule.close()
    expect(closed.times).toBe(0)
  })

  it('reports an iterable that throws when it is closed', () => {
    const iterator = {
      next: () => ({ value: 1, done: false }),
      return: () => {
        throw new Error('will not end')
      },
    }
    const { schedule, reports } = scheduleOf(() => ({ [Symbol.iterator]: () => iterator }))
    schedule.next()
    schedule.close()
    expect(reports).toEqual([new Error('will not end')])
  })
})
