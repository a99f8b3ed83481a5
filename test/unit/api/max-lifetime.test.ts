import { describe, expect, it } from 'vitest'
import { InvalidOptionError, maxLifetime } from '../../../src/index.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

/** When a session that begins now would be replaced. */
function ends(options: Parameters<typeof maxLifetime>[0]) {
  const clock = new VirtualClock()
  const reasons: string[] = []
  const stop = maxLifetime(options).start({
    clock,
    retire: (reason: string) => reasons.push(reason),
  } as never)
  return { clock, reasons, stop: stop as () => void }
}

describe('the longest life of a session', () => {
  it('ends when it is over, and not before', () => {
    const { clock, reasons } = ends({ ms: 1000, jitter: 0 })
    clock.advance(999)
    expect(reasons).toEqual([])
    clock.advance(1)
    expect(reasons).toEqual(['older than 1000 ms'])
  })

  it.each([
    [0, 1000],
    [0.5, 875],
    [0.999, 750],
  ])('is shorter by a part of the jitter: %s of it', (drawn, ms) => {
    const { reasons, clock } = ends({ ms: 1000, jitter: 0.25, random: () => drawn })
    clock.advance(ms - 1)
    expect(reasons).toEqual([])
    clock.advance(2)
    expect(reasons).toHaveLength(1)
  })

  it('asks for nothing once its session is over', () => {
    const { reasons, clock, stop } = ends({ ms: 1000 })
    stop()
    clock.advance(2000)
    expect(reasons).toEqual([])
  })

  it.each([
    ['ms', { ms: 0 }],
    ['ms', {}],
    ['ms', { ms: Number.NaN }],
    ['ms', { ms: 2 ** 31 }],
    ['jitter', { ms: 1, jitter: 1.1 }],
    ['jitter', { ms: 1, jitter: -0.1 }],
    ['random', { ms: 1, random: 0.5 }],
    ['milliseconds', { milliseconds: 1 }],
    ['maxLifetime', undefined],
  ])('refuses a bad %s', (option, options) => {
    expect(() => maxLifetime(options as never)).toThrow(InvalidOptionError)
    expect(() => maxLifetime(options as never)).toThrow(option)
  })
})
