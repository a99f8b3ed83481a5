import { describe, expect, it } from 'vitest'
import { busy, FakeHost, stops, verdict } from './fake-host.ts'
import type { FakeSession } from './watched-session.ts'

describe('several sessions of one host', () => {
  it('ask once for all, and each has its own time', async () => {
    const host = new FakeHost('a')
    const first = busy(host)
    await first.virtual.advanceAsync(100)
    const second = busy(host, first)
    await first.virtual.advanceAsync(1000)
    expect(host.asked).toHaveLength(1)
    await first.virtual.advanceAsync(301)
    expect([first.reports, second.reports]).toEqual([verdict, []])
    expect(host.open).toBe(1)
    await first.virtual.advanceAsync(100)
    expect(second.reports).toEqual(verdict)
    expect([host.open, host.endings]).toEqual([0, ['failed']])
  })

  it('share an answer: however many wait, the host is asked once in so long', async () => {
    const host = new FakeHost('a')
    const first = busy(host)
    const others: FakeSession[] = []
    for (let nth = 0; nth < 20; nth++) {
      await first.virtual.advanceAsync(10)
      others.push(busy(host, first))
    }
    for (let ms = 0; ms < 10_000; ms += 10) {
      await first.virtual.advanceAsync(10)
      for (const { answer } of host.asked) answer()
    }
    expect(host.asked.length).toBeLessThan(15)
    for (const session of [first, ...others]) expect(session.reports).toEqual([])
  })

  it('are answered by a byte to any of them', async () => {
    const host = new FakeHost('a')
    const first = busy(host)
    const streaming = busy(host, first)
    for (let ms = 0; ms < 3000; ms += 50) {
      await first.virtual.advanceAsync(50)
      streaming.speak()
    }
    expect(host.asked.length).toBeGreaterThan(0)
    expect([first.reports, streaming.reports]).toEqual([[], []])
  })

  it('ask one that is idle as well, and its answer is the answer', async () => {
    const host = new FakeHost('a')
    const first = busy(host)
    const idle = busy(host, first)
    idle.quiet = true
    await first.virtual.advanceAsync(500)
    idle.speak()
    await first.virtual.advanceAsync(500)
    expect([host.asked.length, idle.asked]).toEqual([1, ['']])
    idle.answer()
    await first.virtual.advanceAsync(300)
    expect(host.open).toBe(0)
    await first.virtual.advanceAsync(300)
    expect([first.reports, idle.reports]).toEqual([[], []])
  })

  it('are told apart by their hosts', async () => {
    const [dead, alive] = [new FakeHost('a'), new FakeHost('b')]
    const one = busy(dead)
    const other = busy(alive, one)
    await one.virtual.advanceAsync(1000)
    alive.asked[0]?.answer()
    await one.virtual.advanceAsync(401)
    expect([one.reports, other.reports]).toEqual([verdict, []])
  })

  it('keep the question open until the last one waits no more', async () => {
    const host = new FakeHost('a')
    const first = busy(host)
    busy(host, first)
    await first.virtual.advanceAsync(1000)
    stops.shift()?.()
    expect(host.open).toBe(1)
    stops.shift()?.()
    expect([host.open, host.endings]).toEqual([0, ['released']])
    expect(first.virtual.pendingTimers).toBe(0)
    await first.virtual.advanceAsync(5000)
    expect(host.asked).toHaveLength(1)
  })
})
