import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { createFailure } from '../../../src/errors/failure.ts'
import { InvalidOptionError, Supervisor } from '../../../src/index.ts'
import { connectChart } from '../../../src/machines/charted.ts'
import type { PoolEvent } from '../../../src/machines/pool/pool.events.ts'
import { poolMachine } from '../../../src/machines/pool/pool.machine.ts'
import { connectPoolWiring, type PoolWiring } from '../../../src/machines/pool/pool.wiring.ts'
import { readTrace, recordTrace, replayTrace, type Trace, type TraceStep } from '../../../src/machines.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'
import { countTaken } from '../../support/world/chart-ways.ts'
import { Resource, reset } from '../api/resource.ts'

const failure = createFailure({ kind: 'server', phase: 'idle', code: '57P01', message: 'hunter2', at: 5 })
const id = 'worker 1'

const events: readonly PoolEvent[] = [
  { type: 'start' },
  { type: 'start.abort' },
  { type: 'demand' },
  { type: 'listen' },
  { type: 'unlisten', id: 'listener 1' },
  { type: 'adopt' },
  { type: 'drained' },
  ...(['worker 1', 'worker 2', 'listener 1'] as const).flatMap((member): PoolEvent[] => [
    { type: 'member.up', id: member },
    { type: 'member.down', id: member, failure },
    { type: 'member.dead', id: member, failure },
    { type: 'member.ended', id: member },
    { type: 'dismiss', id: member, reason: 'old' },
    { type: 'release', id: member },
  ]),
]

/** The chart of a pool with silent members, recorded. */
function recordedPool() {
  const clock = new VirtualClock(1_000)
  const identity = { name: 'orders' }
  const idle = () => undefined
  const wiring = { clock, restartDelay: () => 100, renewSchedule: idle, shut: idle }
  connectPoolWiring(identity, wiring as unknown as PoolWiring)
  const silent = fromCallback(idle)
  const machine = poolMachine.provide({ actors: { member: silent, drain: silent } } as never)
  const actor = createActor(machine, { input: { identity, min: 1, max: 2 }, clock }).start()
  const pool = { stats: { size: 0 }, start: () => Promise.resolve() }
  connectChart(pool, { name: 'orders', actor, now: () => clock.now() })
  return { actor, clock, record: (limit = 1_000) => recordTrace(pool, { limit }) }
}

const differences = (trace: Trace) => replayTrace(readTrace(trace.toNDJSON()))

describe('a trace of a pool', { timeout: 60_000 }, () => {
  const lives = fc.array(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom<PoolEvent | number>(...events) },
      { weight: 12, arbitrary: fc.constant<PoolEvent | number>(100) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<PoolEvent>({ type: 'end', drainMs: 0 }, { type: 'end', drainMs: 9 }),
      },
    ),
    { minLength: 20, maxLength: 60 },
  )

  it('is a way of its chart, whatever happened and wherever recording began', () => {
    let steps = 0
    fc.assert(
      fc.property(lives, lives, fc.integer({ min: 1, max: 80 }), (before, after, limit) => {
        const { actor, clock, record } = recordedPool()
        const live = (life: readonly (PoolEvent | number)[]) => {
          for (const step of life) {
            // Late words of members that are gone reach nobody, as in a pool.
            const isTold = typeof step === 'object' && 'id' in step
            if (isTold && !(step.id in actor.getSnapshot().context.members)) continue
            if (typeof step === 'number') clock.advance(step)
            else actor.send(step)
          }
        }
        live(before)
        const trace = record(limit)
        live(after)
        steps += trace.lines().length - 1
        expect(differences(trace)).toEqual([])
      }),
      { numRuns: 40 },
    )
    expect(steps).toBeGreaterThan(300)
  })

  it('tells who comes and goes, and no message', () => {
    const { actor, record } = recordedPool()
    const trace = record()
    actor.send({ type: 'demand' })
    actor.send({ type: 'member.up', id })
    actor.send({ type: 'member.down', id, failure })
    expect(trace.lines()).toMatchObject([
      { type: 'trace', machine: 'pool', name: 'orders', state: 'idle', context: { min: 1, max: 2 } },
      { event: 'demand', took: ['idle/demand/0'], state: 'running.service.open running.staff.complete' },
      { event: 'member.up', data: { id }, context: { members: { [id]: { role: 'worker', stage: 'up' } } } },
      {
        event: 'member.down',
        took: ['running.service/member.down/0', 'running.service.open/always/0'],
        state: 'running.service.down running.staff.complete',
      },
    ])
    expect(trace.toNDJSON()).not.toContain('hunter2')
  })

  it('that was tampered with is found to lead elsewhere', () => {
    const { actor, record } = recordedPool()
    const trace = record()
    actor.send({ type: 'demand' })
    const lines = trace.lines().map((line) => ({ ...line, state: 'idle' }))
    expect(replayTrace(lines)).toMatchObject([{ event: 'demand', what: 'state', traced: 'idle' }])
  })
})

describe('a trace of a supervisor', () => {
  it('is a way of its chart, from the loss to the recovery and to being given up', async () => {
    const clock = new VirtualClock()
    const resource = new Resource()
    const supervisor = new Supervisor(resource, { backoff: () => [0, 100], clock })
    const delivered: string[] = []
    const trace = recordTrace(supervisor, { atDeath: (given) => void delivered.push(given.toNDJSON()) })
    resource.connects = [() => Promise.reject(reset())]
    supervisor.report(new RangeError('harmless'))
    supervisor.report(reset())
    await clock.advanceAsync(200)
    resource.connects = Array.from({ length: 3 }, () => () => Promise.reject(reset()))
    supervisor.report(reset())
    await clock.advanceAsync(1_000)
    await supervisor.stop()
    const steps = trace.lines().slice(1) as TraceStep[]
    expect(steps.map(({ event, state }) => `${event} → ${state}`)).toEqual([
      'report → alive',
      'report → recovering.burying',
      'closed → recovering.attempting',
      'attempt.failed → recovering.burying',
      'closed → recovering.waiting',
      'after.delay → recovering.attempting',
      'attempt.opened → recovering.restoring',
      'restored → alive',
      'report → recovering.burying',
      'closed → recovering.attempting',
      'attempt.failed → recovering.burying',
      'closed → recovering.waiting',
      'after.delay → recovering.attempting',
      'attempt.failed → recovering.burying',
      'closed → givenUp',
      'stop → stopped',
    ])
    expect(differences(trace)).toEqual([])
    countTaken(trace.lines())
    expect(trace.toNDJSON()).not.toContain('read ECONNRESET')
    expect(delivered.length).toBeGreaterThanOrEqual(1)
  })

  it('is of nothing else', () => {
    expect(() => recordTrace({ isDead: false, recover: () => false })).toThrow(InvalidOptionError)
  })
})
