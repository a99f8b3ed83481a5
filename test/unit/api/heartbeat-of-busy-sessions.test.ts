import { describe, expect, it } from 'vitest'
import { busy, FakeHost, stops, verdict } from './fake-host.ts'

describe('the heartbeat of a session at work', () => {
  it('asks its host when nothing has come for so long, and convicts it when that says nothing either', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(999)
    expect(host.asked).toEqual([])
    await session.virtual.advanceAsync(1)
    expect(host.asked).toHaveLength(1)
    await session.virtual.advanceAsync(399)
    expect(session.reports).toEqual([])
    await session.virtual.advanceAsync(2)
    expect(session.reports).toEqual(verdict)
    expect([session.asked, host.open, host.endings]).toEqual([[], 0, ['failed']])
    expect(session.virtual.pendingTimers).toBe(0)
  })

  it('leaves it alone as long as the host answers, and asks once in so long', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    for (let rounds = 1; rounds <= 60; rounds++) {
      await session.virtual.advanceAsync(1000)
      expect(host.asked).toHaveLength(rounds)
      host.asked.at(-1)?.answer()
      await session.virtual.advanceAsync(0)
      expect(host.open).toBe(0)
    }
    expect(session.reports).toEqual([])
    expect(new Set(host.endings)).toEqual(new Set(['succeeded']))
  })

  it('takes any byte for life, and asks nobody while there are some', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    for (let ms = 0; ms < 5000; ms += 500) {
      await session.virtual.advanceAsync(500)
      session.speak()
    }
    expect(host.asked).toEqual([])
    await session.virtual.advanceAsync(1200)
    session.speak()
    await session.virtual.advanceAsync(201)
    expect(session.reports).toEqual([])
    expect(host.open).toBe(0)
  })

  it.each(['ECONNREFUSED', 'ECONNRESET'])('takes a refusal for life: %s', async (code) => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(1000)
    host.asked[0]?.fail(code)
    await session.virtual.advanceAsync(900)
    expect(session.reports).toEqual([])
    expect(host.endings).toEqual(['succeeded'])
  })

  it.each(['EMFILE', 'EADDRNOTAVAIL', 'ENETUNREACH', 'EACCES'])(
    'convicts nobody when this machine could not even ask: %s',
    async (code) => {
      const host = new FakeHost('a')
      const session = busy(host)
      await session.virtual.advanceAsync(1000)
      host.asked[0]?.fail(code)
      await session.virtual.advanceAsync(900)
      expect(session.reports).toEqual([])
      expect(host.endings).toEqual(['released'])
    },
  )

  it('asks again when the host could not be reached, and believes the answer', async () => {
    const host = new FakeHost('a')
    const session = busy(host, undefined, { idleMs: 1000, timeoutMs: 2000 })
    await session.virtual.advanceAsync(1000)
    host.asked[0]?.fail('EHOSTUNREACH')
    await session.virtual.advanceAsync(500)
    expect(host.asked).toHaveLength(2)
    host.asked[1]?.answer()
    await session.virtual.advanceAsync(900)
    expect(session.reports).toEqual([])
    expect(host.endings).toEqual(['failed', 'succeeded'])
  })

  it('convicts a host that can not be reached for so long', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(1000)
    host.asked[0]?.fail('EHOSTUNREACH')
    await session.virtual.advanceAsync(401)
    expect(session.reports).toEqual(verdict)
  })

  it('waits for the storm limit, and counts from when it asks', async () => {
    const host = new FakeHost('a')
    host.isFull = true
    const session = busy(host)
    await session.virtual.advanceAsync(3000)
    expect([host.asked.length, session.reports]).toEqual([0, []])
    host.waiting[0]?.()
    await session.virtual.advanceAsync(0)
    expect(host.asked).toHaveLength(1)
    await session.virtual.advanceAsync(399)
    expect(session.reports).toEqual([])
    await session.virtual.advanceAsync(2)
    expect(session.reports).toEqual(verdict)
  })

  it('gives its place in that line back when it is not wanted any more', async () => {
    const host = new FakeHost('a')
    host.isFull = true
    const session = busy(host)
    await session.virtual.advanceAsync(1000)
    stops.pop()?.()
    host.waiting[0]?.()
    await session.virtual.advanceAsync(0)
    expect([host.asked.length, host.endings]).toEqual([0, ['released']])
  })

  it('waits where there is no host to ask', async () => {
    const session = busy(undefined)
    await session.virtual.advanceAsync(60_000)
    expect([session.reports, session.asked]).toEqual([[], []])
  })
})

describe('an event loop that stood still', () => {
  it('for longer than the deadline: the host is asked anew, and has all its time', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(1050)
    session.blockedMs += 3000
    await session.virtual.advanceAsync(60)
    expect(host.asked.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(host.endings).toEqual(['released'])
    await session.virtual.advanceAsync(380)
    expect(session.reports).toEqual([])
    await session.virtual.advanceAsync(25)
    expect(session.reports).toEqual(verdict)
  })

  it('for a while in the middle: that time does not count', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(1050)
    session.blockedMs += 300
    // 400 ms from the question on, if nobody looked.
    await session.virtual.advanceAsync(60)
    expect(session.reports).toEqual([])
    await session.virtual.advanceAsync(280)
    expect(session.reports).toEqual([])
    await session.virtual.advanceAsync(20)
    expect(session.reports).toEqual(verdict)
    expect(host.asked).toHaveLength(1)
  })

  it('hears what came meanwhile', async () => {
    const host = new FakeHost('a')
    const session = busy(host)
    await session.virtual.advanceAsync(1050)
    session.blockedMs += 3000
    host.asked[0]?.answer()
    await session.virtual.advanceAsync(500)
    expect(session.reports).toEqual([])
    expect(host.asked).toHaveLength(1)
  })
})

describe('the timers of all that', () => {
  it('keep no process alive', async () => {
    const host = new FakeHost('a')
    const session = busy(host, undefined, { idleMs: 1000, timeoutMs: 2000 })
    for (let ms = 0; ms < 2900; ms += 50) {
      await session.virtual.advanceAsync(50)
      if (ms === 1200) host.asked[0]?.fail('EHOSTUNREACH')
      expect(session.keeping.size).toBe(0)
    }
  })
})
