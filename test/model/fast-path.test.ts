import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transition } from 'xstate'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import { guardDoor, withFastPath } from '../../src/machines/fast-path.ts'
import { type ChartActor, startChart } from '../support/chart-actor.ts'
import { type AnyEvent, alphabet, failures } from './alphabet.ts'

const untimed = alphabet.filter(({ type }) => !type.startsWith('xstate.'))
const often = ['connect', 'dial.opened', 'restored', 'hungUp', 'became', 'statement', 'session.notified']
const noMisfit = (type: unknown): never => {
  throw new Error(`a misfit: ${String(type)}`)
}

/** Events, and milliseconds that pass. Mostly such as come up in a life; the rest is anything. */
const lives = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...untimed.filter(({ type }) => often.includes(type))) },
    { weight: 1, arbitrary: fc.constantFrom(...untimed) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 }) },
  ),
  { maxLength: 80 },
)
const circumstances = fc.record({
  isSupervised: fc.boolean(),
  waitsWhileDown: fc.boolean(),
  isQuiet: fc.boolean(),
})

function live({ actor, clock }: ChartActor, step: AnyEvent | number): void {
  if (typeof step === 'number') clock.advance(step)
  else actor.send(step as never)
}

/** The way to each state, by what can be sent by hand. */
function waysToStates(): Map<string, AnyEvent[]> {
  const { actor } = startChart()
  const start = actor.getSnapshot()
  const ways = new Map([[JSON.stringify(start.value), [] as AnyEvent[]]])
  const open = [{ snapshot: start, way: [] as AnyEvent[] }]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const event of untimed) {
      const [snapshot] = transition(connectionMachine, next.snapshot, event as never)
      const state = JSON.stringify(snapshot.value)
      const way = [...next.way, event]
      // Two rounds for a state: a recovery goes another way than a first connect.
      const key = `${state} ${snapshot.context.silentSince !== undefined}`
      if (ways.has(key)) continue
      ways.set(key, way)
      open.push({ snapshot, way })
    }
  }
  return ways
}

describe('the fast path', () => {
  it('is the same machine as the plain chart', () => {
    let taken = 0
    fc.assert(
      fc.property(circumstances, lives, (given, life) => {
        const plain = startChart(given)
        const fast = startChart({ ...given, logic: (machine) => withFastPath(machine, noMisfit) })
        for (const step of life) {
          const before = fast.actor.getSnapshot()
          live(plain, step)
          live(fast, step)
          if (fast.actor.getSnapshot() === before) taken++
          expect(fast.actor.getSnapshot().value).toEqual(plain.actor.getSnapshot().value)
        }
        expect(fast.record).toEqual(plain.record)
        const { identity: _, ...context } = fast.actor.getSnapshot().context
        expect(plain.actor.getSnapshot().context).toMatchObject(context)
      }),
      { numRuns: 150 },
    )
    expect(taken).toBeGreaterThan(150)
  })

  it('touches no snapshot for a statement while busy, nor for a notification', () => {
    const { actor, record } = startChart({ logic: (machine) => withFastPath(machine, noMisfit) })
    for (const type of ['connect', 'dial.opened', 'statement']) {
      actor.send(untimed.find((event) => event.type === type) as never)
    }
    const busy = actor.getSnapshot()
    actor.send({ type: 'statement', id: 7 })
    actor.send({ type: 'session.notified', notification: { channel: 'jobs', payload: 'x', processId: 1 } })
    expect(actor.getSnapshot()).toBe(busy)
    expect(record.slice(-2)).toEqual([
      ['accept', 7],
      ['emitted', { type: 'notification', channel: 'jobs', payload: 'x', processId: 1 }],
    ])
  })
})

const { deadly: failure } = failures
const malformed: unknown[] = [
  {},
  { type: 'frobnicate' },
  { type: 'toString' },
  { type: 7 },
  { type: null },
  { type: 'statement' },
  { type: 'statement', id: '7' },
  { type: 'statement', id: Number.NaN },
  { type: 'connect', until: 'tomorrow' },
  { type: 'connect.expire' },
  { type: 'connect.expire', failure: 'something' },
  { type: 'end' },
  { type: 'end', drainMs: '100' },
  { type: 'judge' },
  { type: 'judge', failure: new Error('not a failure') },
  { type: 'dial.opened' },
  { type: 'dial.opened', processId: 1, host: 'db', listeningSince: 1, channels: [] },
  { type: 'dial.opened', processId: 1, host: { host: 'db', port: 1 }, listeningSince: 1, channels: 'jobs' },
  { type: 'dial.failed' },
  { type: 'dial.failed', failure, delayMs: null },
  { type: 'session.lost', failure },
  { type: 'session.lost', silentSince: 1, failure: null },
  { type: 'session.notified' },
  { type: 'session.notified', notification: { payload: 'x' } },
  { type: 'session.noticed', notice: 'careful' },
  { type: 'became' },
  { type: 'became', occupation: 'asleep' },
  { type: 'retire' },
  { type: 'hungUp', delayMs: 'soon' },
  { type: 'xstate.error.actor.session', error: new Error('said by a stranger') },
  { type: 'xstate.error.actor.dial' },
  null,
  undefined,
  'end',
  7,
  () => undefined,
]

describe('an event of no known shape, sent by hand', () => {
  it.each([...waysToStates()])('is passed over and reported in %s', (_, way) => {
    const misfits: unknown[] = []
    const note = (type: unknown): void => void misfits.push(type)
    const chart = startChart({ logic: (machine) => withFastPath(machine, note) })
    guardDoor(chart.actor, note)
    for (const event of way) live(chart, event)
    const before = chart.actor.getSnapshot()
    const recorded = [...chart.record]
    for (const event of malformed) chart.actor.send(event as never)
    expect(misfits).toHaveLength(malformed.length)
    expect(chart.actor.getSnapshot()).toBe(before)
    expect(chart.record).toEqual(recorded)
  })

  it('breaks no actor, whatever is wrong with it', () => {
    const junk = fc.oneof(
      fc.anything(),
      fc.constantFrom(null, Number.NaN, Infinity, -1, () => 1, Symbol('s')),
    )
    const spoilt = fc.tuple(fc.constantFrom(...untimed), fc.string(), junk).map(([event, name, value]) => {
      const names = Object.keys(event).filter((key) => key !== 'type')
      return { ...event, [names[name.length % Math.max(1, names.length)] ?? name]: value }
    })
    const steps = fc.array(fc.oneof(spoilt, junk, fc.constantFrom(...untimed)), { maxLength: 40 })
    fc.assert(
      fc.property(circumstances, steps, (given, life) => {
        const chart = startChart({ ...given, logic: (machine) => withFastPath(machine, () => undefined) })
        guardDoor(chart.actor, () => undefined)
        for (const event of life) chart.actor.send(event as never)
        expect(chart.actor.getSnapshot().status).toBe('active')
        chart.actor.send({ type: 'end', drainMs: 0 })
        chart.actor.send({ type: 'hungUp', delayMs: undefined })
        expect(chart.actor.getSnapshot().value).toBe('closed')
      }),
      { numRuns: 300 },
    )
  })
})
