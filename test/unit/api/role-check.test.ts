import { afterEach, describe, expect, it } from 'vitest'
import { InvalidOptionError, roleCheck } from '../../../src/index.ts'
import { FakeSession } from './watched-session.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function watched(options = { intervalMs: 100 }): FakeSession {
  const session = new FakeSession()
  stops.push(roleCheck(options).start(session) as () => void)
  return session
}

describe('a role check', () => {
  it('asks at each interval, one question at a time, whatever the last one came to', async () => {
    const session = watched()
    await session.virtual.advanceAsync(99)
    expect(session.roleChecks).toHaveLength(0)
    await session.virtual.advanceAsync(1000)
    expect(session.roleChecks).toHaveLength(1)
    session.roleChecks[0]?.(new Error('not now'))
    await session.virtual.advanceAsync(101)
    expect(session.roleChecks).toHaveLength(2)
    session.roleChecks[1]?.()
    await session.virtual.advanceAsync(101)
    expect(session.roleChecks).toHaveLength(3)
  })

  it('keeps no process alive, and leaves no timer behind', async () => {
    const session = watched()
    expect(session.keeping.size).toBe(0)
    await session.virtual.advanceAsync(100)
    stops.pop()?.()
    session.roleChecks[0]?.()
    await session.virtual.advanceAsync(1000)
    expect([session.roleChecks.length, session.virtual.pendingTimers]).toEqual([1, 0])
  })

  it('refuses what is no interval', () => {
    for (const intervalMs of [0, -1, Number.NaN, '5', null, 2 ** 31])
      expect(() => roleCheck({ intervalMs: intervalMs as number })).toThrow(InvalidOptionError)
    expect(() => roleCheck({ interval: 5 } as never)).toThrow('the nearest known one is `intervalMs`')
    expect(() => roleCheck(5 as never)).toThrow('option `roleCheck` wants an object')
  })
})
