import { describe, expect, it } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { createFailure } from '../../../src/errors/failure.ts'
import { poolMachine } from '../../../src/machines/pool/pool.machine.ts'
import { connectPoolWiring, type PoolWiring } from '../../../src/machines/pool/pool.wiring.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

const failure = createFailure({ kind: 'network', phase: 'connecting', message: 'refused', at: 1 })

/** The chart as a running actor: its members are silent, what happens to them is sent by hand. */
function startPool({ min = 0, max = 3, delays = [0, 100, 200] } = {}) {
  const clock = new VirtualClock(1000)
  const identity = { name: 'charted' }
  const schedule = [...delays]
  const asked: string[] = []
  const wiring = {
    clock,
    restartDelay: () => schedule.shift() ?? 10_000,
    renewSchedule: () => asked.push('renewSchedule'),
    shut: () => asked.push('shut'),
  }
  connectPoolWiring(identity, wiring as unknown as PoolWiring)
  const silent = fromCallback(() => undefined)
  const machine = poolMachine.provide({ actors: { member: silent, drain: silent } } as never)
  const actor = createActor(machine, { input: { identity, min, max }, clock })
  const told: string[] = []
  actor.on('*', ({ type }) => told.push(type))
  actor.start()
  const workers = () => Object.keys(actor.getSnapshot().context.members)
  return { actor, clock, told, asked, workers }
}

describe('a running pool', () => {
  it('replaces what was given up by its schedule, and begins it anew when somebody is up', () => {
    const { actor, clock, workers, asked } = startPool({ min: 1, max: 1 })
    actor.send({ type: 'demand' })
    expect(workers()).toEqual(['worker 1'])
    actor.send({ type: 'member.dead', id: 'worker 1', failure })
    expect(workers()).toEqual([])
    clock.advance(0)
    expect(workers()).toEqual(['worker 1'])
    for (const delayMs of [100, 200]) {
      actor.send({ type: 'member.dead', id: 'worker 1', failure })
      clock.advance(delayMs - 1)
      expect(workers()).toEqual([])
      clock.advance(1)
      expect(workers()).toEqual(['worker 1'])
    }
    actor.send({ type: 'member.dead', id: 'worker 1', failure })
    clock.advance(9999)
    expect(workers()).toEqual([])
    clock.advance(1)
    expect(workers()).toEqual(['worker 1'])
    actor.send({ type: 'member.up', id: 'worker 1' })
    expect(asked).toEqual(['renewSchedule'])
  })

  it('makes one member at a time in an outage, and the rest when it is up', () => {
    const { actor, clock, workers, told } = startPool({ min: 3 })
    actor.send({ type: 'demand' })
    for (const id of workers()) actor.send({ type: 'member.dead', id, failure })
    clock.advance(0)
    expect(workers()).toEqual(['worker 1'])
    actor.send({ type: 'demand' })
    expect(workers()).toHaveLength(1)
    actor.send({ type: 'member.up', id: 'worker 1' })
    expect(workers()).toHaveLength(3)
    expect(told.filter((type) => type !== 'vacant')).toEqual([
      // Once for each attempt that failed.
      'down',
      'down',
      'down',
      'up',
    ])
  })

  it('leaves a member that recovers by itself alone', () => {
    const { actor, workers, told } = startPool({ min: 2, max: 2 })
    actor.send({ type: 'start' })
    for (const id of workers()) actor.send({ type: 'member.up', id })
    for (const id of workers()) actor.send({ type: 'member.down', id, failure })
    expect(workers()).toHaveLength(2)
    actor.send({ type: 'member.up', id: 'worker 2' })
    expect(told.filter((type) => type !== 'vacant')).toEqual(['started', 'down', 'up'])
    expect(actor.getSnapshot().context.failure).toBeUndefined()
  })

  it('is told to end with time, and takes no more of it than that', () => {
    const { actor, clock, asked } = startPool()
    actor.send({ type: 'demand' })
    actor.send({ type: 'end', drainMs: 300 })
    expect(actor.getSnapshot().value).toEqual({ closing: 'draining' })
    clock.advance(300)
    expect(actor.getSnapshot().value).toEqual({ closing: 'terminating' })
    expect(asked).toEqual(['shut'])
    actor.send({ type: 'member.ended', id: 'worker 1' })
    expect(actor.getSnapshot().value).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a starting pool', () => {
  it('goes back to idle when one fails, once the others have ended', () => {
    const { actor, workers, told } = startPool({ min: 2 })
    actor.send({ type: 'start' })
    actor.send({ type: 'member.up', id: 'worker 1' })
    actor.send({ type: 'member.dead', id: 'worker 2', failure })
    expect(workers()).toEqual(['worker 1'])
    expect(told).toEqual([])
    actor.send({ type: 'member.ended', id: 'worker 1' })
    expect(actor.getSnapshot().value).toBe('idle')
    expect(told).toEqual(['startFailed'])
  })

  it('makes another for one that was ended by hand', () => {
    const { actor, workers } = startPool({ min: 1 })
    actor.send({ type: 'start' })
    actor.send({ type: 'member.ended', id: 'worker 1' })
    expect(workers()).toEqual(['worker 1'])
    actor.send({ type: 'member.up', id: 'worker 1' })
    expect(actor.getSnapshot().matches('running')).toBe(true)
  })
})
