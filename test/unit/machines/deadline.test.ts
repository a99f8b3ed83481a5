import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/backoff/clock.ts'
import { Deadline } from '../../../src/machines/deadline.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

function startDeadline(clock: Clock, ms: number) {
  let expirations = 0
  const deadline = new Deadline(clock, ms, () => expirations++)
  return { deadline, expirations: () => expirations }
}

/** Runs a timer only when it is told to, as an event loop does that was blocked. */
class LateClock implements Clock {
  #now = 0
  #timer: { callback: () => void; dueAt: number } | undefined

  get dueAt(): number | undefined {
    return this.#timer?.dueAt
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, ms: number): number {
    this.#timer = { callback, dueAt: this.#now + ms }
    return 1
  }

  clearTimeout(): void {
    this.#timer = undefined
  }

  fireAt(ms: number): void {
    const timer = this.#timer
    this.#timer = undefined
    this.#now = ms
    timer?.callback()
  }
}

describe('a deadline', () => {
  it('speaks when its time is over, once', async () => {
    const clock = new VirtualClock()
    const { expirations } = startDeadline(clock, 500)
    clock.advance(499)
    await turn()
    expect(expirations()).toBe(0)
    clock.advance(1)
    await turn()
    clock.advance(5000)
    await turn()
    expect(expirations()).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('waits for one poll of the sockets before it speaks, for the answer may lie there', async () => {
    const clock = new VirtualClock()
    const { deadline, expirations } = startDeadline(clock, 500)
    clock.advance(500)
    expect(expirations()).toBe(0)
    deadline.clear()
    await turn()
    expect(expirations()).toBe(0)
  })

  it('is given no more than ten times as long by a loop that is always late', async () => {
    const clock = new LateClock()
    const { expirations } = startDeadline(clock, 500)
    let times = 0
    while (clock.dueAt !== undefined) {
      times++
      clock.fireAt(clock.dueAt + 600)
    }
    await turn()
    expect([times, expirations()]).toEqual([10, 1])
  })

  it('says nothing once it is cleared', async () => {
    const clock = new VirtualClock()
    const { deadline, expirations } = startDeadline(clock, 500)
    deadline.clear()
    expect(clock.pendingTimers).toBe(0)
    clock.advance(1000)
    await turn()
    expect(expirations()).toBe(0)
  })

  it('takes a timer for punctual that is up to 50 ms late', async () => {
    const clock = new LateClock()
    const { expirations } = startDeadline(clock, 500)
    clock.fireAt(550)
    await turn()
    expect(expirations()).toBe(1)
  })

  it('waits for as long again as the event loop was blocked', async () => {
    const clock = new LateClock()
    const { expirations } = startDeadline(clock, 500)
    clock.fireAt(600)
    await turn()
    expect([expirations(), clock.dueAt]).toEqual([0, 700])
    clock.fireAt(700)
    await turn()
    expect(expirations()).toBe(1)
  })

  it('waits no longer than for its own time again', () => {
    const clock = new LateClock()
    startDeadline(clock, 500)
    clock.fireAt(60_000)
    expect(clock.dueAt).toBe(60_500)
  })

  it('waits once more when the event loop is blocked once more, no longer than it just did', async () => {
    const clock = new LateClock()
    const { expirations } = startDeadline(clock, 500)
    clock.fireAt(700)
    clock.fireAt(1200)
    await turn()
    expect([expirations(), clock.dueAt]).toEqual([0, 1400])
  })

  it('can be cleared while it waits on', async () => {
    const clock = new LateClock()
    const { deadline, expirations } = startDeadline(clock, 500)
    clock.fireAt(700)
    deadline.clear()
    clock.fireAt(1000)
    await turn()
    expect(expirations()).toBe(0)
  })
})
