import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExponentialBackoffOptions, exponentialBackoff } from '../../../src/backoff/exponential.ts'
import { InvalidOptionError } from '../../../src/errors/invalid-option-error.ts'

const longest = 2 ** 31 - 1

function draw(count: number, options?: ExponentialBackoffOptions): number[] {
  const delays = exponentialBackoff(options)
  return Array.from({ length: count }, () => delays.next().value as number)
}

function all(options: ExponentialBackoffOptions): number[] {
  return [...exponentialBackoff(options)]
}

describe('exponential backoff', () => {
  it('begins at once, grows by 1.7 from 100 ms, stays at ten seconds (txpostgres 63)', () => {
    const expected = [
      0, 170, 289, 491.3, 835.21, 1419.857, 2413.7569, 4103.38673, 6975.757441, 10_000, 10_000,
    ]
    const delays = draw(11, { jitter: 0 })
    delays.forEach((delay, index) => {
      expect(delay).toBeCloseTo(expected[index]!, 6)
    })
  })

  it('gives the sequence of txpostgres: 10, at most 90, times 2 (txpostgres 69)', () => {
    expect(draw(6, { initialDelayMs: 10, maxDelayMs: 90, factor: 2, jitter: 0 })).toEqual([
      0, 20, 40, 80, 90, 90,
    ])
  })

  it.each<[string, ExponentialBackoffOptions, number[]]>([
    [
      'of its defaults, to their end',
      { initialDelayMs: 1000, maxDelayMs: 3_600_000, factor: Math.E, maxAttempts: 10 },
      [0, 2718.28, 7389.06, 20_085.5, 54_598.2, 148_413, 403_429, 1_096_633, 2_980_958, 3_600_000],
    ],
    [
      'of a reconnection, cut off at eight',
      { initialDelayMs: 1000, maxDelayMs: 10_000, factor: 1.7, maxAttempts: 8 },
      [0, 1700, 2890, 4913, 8352.1, 10_000, 10_000, 10_000],
    ],
  ])('gives the sequence of txpostgres: %s', (_, options, expected) => {
    const delays = all({ ...options, jitter: 0 })
    expect(delays).toHaveLength(expected.length)
    for (const [index, delay] of delays.entries())
      expect(delay / (expected[index] || 1)).toBeCloseTo(expected[index] ? 1 : 0, 5)
  })

  it('counts the immediate attempt (txpostgres 66)', () => {
    expect(all({ maxAttempts: 1 })).toEqual([0])
    expect(all({ maxAttempts: 3, jitter: 0, factor: 2 })).toEqual([0, 200, 400])
  })

  it('begins with the first growth when not immediate (txpostgres 65)', () => {
    expect(all({ immediate: false, maxAttempts: 3, jitter: 0, factor: 2 })).toEqual([200, 400, 800])
  })

  it('goes on for ever without a limit, at the cap (txpostgres 64, 67)', () => {
    expect(draw(1000, { jitter: 0 }).at(-1)).toBe(10_000)
  })

  it('grows for ever without a cap, up to what a timer takes (txpostgres 68)', () => {
    const delays = draw(100, { maxDelayMs: 0, jitter: 0 })
    expect(delays[20]).toBeGreaterThan(1_000_000)
    expect(delays.at(-1)).toBe(longest)
    expect(draw(5000, { maxDelayMs: 0, jitter: 0, factor: 1e300 }).at(-1)).toBe(longest)
  })

  it('is capped from the first growth on', () => {
    expect(draw(3, { initialDelayMs: 500, maxDelayMs: 100, jitter: 0 })).toEqual([0, 100, 100])
  })

  it('is constant with factor 1, and without a pause from 0', () => {
    expect(draw(3, { factor: 1, jitter: 0 })).toEqual([0, 100, 100])
    expect(draw(3, { initialDelayMs: 0 })).toEqual([0, 0, 0])
  })

  it('leaves half of each delay to chance, also at the cap (txpostgres point 12)', () => {
    const scripted = [0, 0.5, 1, 0.25]
    const options = { initialDelayMs: 1000, factor: 10, random: () => scripted.shift()! }
    expect(draw(5, options)).toEqual([0, 10_000, 7500, 5000, 8750])
  })

  it('does not let chance feed the next delay', () => {
    const lowest = draw(6, { jitter: 1, random: () => 1 - Number.EPSILON, maxDelayMs: 0 })
    const highest = draw(6, { jitter: 1, random: () => 0, maxDelayMs: 0 })
    expect(highest).toEqual(draw(6, { jitter: 0, maxDelayMs: 0 }))
    expect(Math.max(...lowest)).toBeLessThan(1e-6)
  })

  it('draws each delay from [d·(1 − jitter), d] and clamps it to what a timer takes', () => {
    const options = fc.record(
      {
        initialDelayMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
        maxDelayMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
        factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
        immediate: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(options, (given) => {
        const jitter = given.jitter ?? 0.5
        const full = draw(20, { ...given, jitter: 0 })
        draw(20, given).forEach((delay, index) => {
          expect(delay).toBeGreaterThanOrEqual(full[index]! * (1 - jitter) * (1 - 1e-12))
          expect(delay).toBeLessThanOrEqual(full[index]!)
          expect(full[index]).toBeLessThanOrEqual(longest)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('takes undefined for the default', () => {
    const options = { factor: undefined as unknown as number, jitter: 0 }
    expect(draw(2, options)).toEqual([0, 170])
  })

  it.each<[string, unknown]>([
    ['initialDelayMs', -1],
    ['initialDelayMs', Number.POSITIVE_INFINITY],
    ['initialDelayMs', '100'],
    ['maxDelayMs', -1],
    ['maxDelayMs', Number.NaN],
    ['factor', 0.5],
    ['factor', Number.POSITIVE_INFINITY],
    ['jitter', -0.1],
    ['jitter', 1.1],
    ['jitter', null],
    ['maxAttempts', -1],
    ['maxAttempts', 1.5],
    ['immediate', 1],
    ['random', 0.5],
  ])('refuses %s: %s, at once', (option, value) => {
    const options = { [option]: value } as ExponentialBackoffOptions
    expect(() => exponentialBackoff(options)).toThrow(InvalidOptionError)
    expect(() => exponentialBackoff(options)).toThrow(`option \`${option}\` wants`)
  })

  it('refuses an option that it does not know', () => {
    const options = { maxRetries: 3 } as ExponentialBackoffOptions
    expect(() => exponentialBackoff(options)).toThrow('the nearest known one is `')
  })

  it('refuses what is no object', () => {
    expect(() => exponentialBackoff(null as never)).toThrow(InvalidOptionError)
    expect(() => exponentialBackoff(5 as never)).toThrow(InvalidOptionError)
  })
})
