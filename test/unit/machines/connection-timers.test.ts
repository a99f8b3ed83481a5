import { describe, expect, it } from 'vitest'
import { longestDelayMs } from '../../../src/backoff/longest-delay.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import type { ConnectionEvent } from '../../../src/machines/connection.events.ts'
import { startChart } from '../../support/chart-actor.ts'

const failure = createFailure({ kind: 'network', phase: 'idle', message: 'the network failed', at: 1000 })
const opened: ConnectionEvent = {
  type: 'dial.opened',
  processId: 1,
  host: { host: 'db', port: 5432 },
  listeningSince: 1,
  channels: [],
}
const lost: ConnectionEvent = { type: 'session.lost', failure, silentSince: 1 }

function chartAfter(...events: ConnectionEvent[]) {
  const chart = startChart()
  for (const event of events) chart.actor.send(event)
  const { actor, clock } = chart
  return { clock, state: () => actor.getSnapshot().value }
}

describe('the chart', () => {
  it('waits the delay of the schedule before it dials again', () => {
    const { clock, state } = chartAfter({ type: 'connect' }, opened, lost, { type: 'hungUp', delayMs: 250 })
    clock.advance(249)
    expect(state()).toEqual({ reconnecting: 'waiting' })
    clock.advance(1)
    expect(state()).toEqual({ reconnecting: 'dialing' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('dials at once when there is no delay, without a timer', () => {
    const { clock, state } = chartAfter({ type: 'connect' }, opened, lost, { type: 'hungUp', delayMs: 0 })
    expect(state()).toEqual({ reconnecting: 'dialing' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('drains no longer than it was given', () => {
    const { clock, state } = chartAfter({ type: 'connect' }, opened, { type: 'end', drainMs: 100 })
    clock.advance(99)
    expect(state()).toEqual({ closing: 'draining' })
    clock.advance(1)
    expect(state()).toEqual({ closing: 'terminating' })
  })

  it.each<[string, ConnectionEvent[], object]>([
    ['a delay', [lost, { type: 'hungUp', delayMs: Infinity }], { reconnecting: 'dialing' }],
    ['a drain', [{ type: 'end', drainMs: 1e15 }], { closing: 'terminating' }],
  ])('cuts %s down to the longest that a timer can wait', (_, events, then) => {
    const { clock, state } = chartAfter({ type: 'connect' }, opened, ...events)
    clock.advance(longestDelayMs - 1)
    expect(state()).not.toEqual(then)
    clock.advance(1)
    expect(state()).toEqual(then)
  })
})
