import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withFastPath } from '../../../src/machines/fast-path.ts'
import { readTrace, recordTrace, replayTrace, type TraceLine, type TraceStep } from '../../../src/machines.ts'
import { type AnyEvent, alphabet } from '../../model/alphabet.ts'
import { type ChartActor, type Circumstances, startChart } from '../../support/chart-actor.ts'

const untimed = alphabet.filter(({ type }) => !type.startsWith('xstate.'))
const often = ['connect', 'dial.opened', 'restored', 'hungUp', 'became', 'statement', 'session.notified']

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
  isInDoubt: fc.boolean(),
})

const start = (given: Circumstances = {}): ChartActor =>
  startChart({ ...given, logic: (machine) => withFastPath(machine, () => undefined) })

function live({ actor, clock }: ChartActor, life: readonly (AnyEvent | number)[]): void {
  for (const step of life) {
    if (typeof step === 'number') clock.advance(step)
    else actor.send(step as never)
  }
}

const traced = (chart: ChartActor, limit?: number) =>
  recordTrace({ name: 'traced', pending: 0, actor: chart.actor }, limit === undefined ? {} : { limit })

const event = (type: string): AnyEvent => untimed.find((each) => each.type === type)!

/** Connected, lost, and connected again. */
const outage = ['connect', 'dial.opened', 'statement', 'statement', 'session.lost', 'hungUp'].map(event)

function outageLines(): TraceLine[] {
  const chart = start()
  const trace = traced(chart)
  live(chart, outage)
  return readTrace(trace.toNDJSON())
}

describe('a trace of the chart', () => {
  it('is a way of the chart, whatever happened', () => {
    let steps = 0
    fc.assert(
      fc.property(circumstances, lives, (given, life) => {
        const chart = start(given)
        const trace = traced(chart)
        live(chart, life)
        const lines = readTrace(trace.toNDJSON())
        steps += lines.length - 1
        expect(replayTrace(lines)).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(steps).toBeGreaterThan(300)
  })

  it('is one from wherever recording began, and where the ring has dropped what was before', () => {
    fc.assert(
      fc.property(circumstances, lives, lives, (given, before, after) => {
        const chart = start(given)
        live(chart, before)
        const trace = traced(chart, 3)
        live(chart, after)
        expect(trace.lines().length).toBeLessThanOrEqual(4)
        expect(replayTrace(readTrace(trace.toNDJSON()))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('names the transition, the new state and what the event was about', () => {
    expect(outageLines().slice(0, 3)).toMatchObject([
      { type: 'trace', version: 1, machine: 'connection', name: 'traced', state: 'idle', dropped: 0 },
      {
        event: 'connect',
        took: ['idle/connect/0'],
        state: 'connecting.dialing',
        context: { word: 'connecting' },
      },
      {
        event: 'dial.opened',
        data: { processId: 7, channels: 0 },
        took: [expect.stringMatching(/^connecting\.dialing\/dial\.opened\/\d$/)],
        state: 'attached.connected',
      },
    ])
  })
})

describe('a trace that was tampered with', () => {
  const spoilt = (change: (step: TraceStep) => object) =>
    outageLines().map((line) =>
      line.type === 'step' && line.event === 'session.lost' ? { ...line, ...change(line) } : line,
    )

  it('is found to lead elsewhere', () => {
    const differences = replayTrace(spoilt(() => ({ state: 'attached.connected' })))
    expect(differences).toContainEqual({
      line: 6,
      name: 'traced',
      event: 'session.lost',
      from: 'attached.querying',
      what: 'state',
      traced: 'attached.connected',
      replayed: 'dead.burying',
    })
  })

  it('is found to have taken a way that is not there', () => {
    const [difference] = replayTrace(spoilt(() => ({ took: ['attached/session.lost/7'] })))
    expect(difference).toMatchObject({ what: 'took', replayed: 'attached/session.lost/0' })
  })

  it('is found to remember what never was', () => {
    const [difference] = replayTrace(spoilt(({ context }) => ({ context: { ...context, attempts: 7 } })))
    expect(difference).toMatchObject({ what: 'attempts', traced: '7', replayed: '0' })
  })

  it('is found where an event was left out', () => {
    const lines = outageLines().filter((line) => line.type === 'trace' || line.event !== 'dial.opened')
    expect(replayTrace(lines).length).toBeGreaterThan(0)
  })
})

describe('reading a trace', () => {
  it.each([
    ['no JSON', 'nonsense', 'line 1 of the trace is no JSON object'],
    ['a list', '[]', 'line 1 of the trace is no JSON object'],
    ['half a header', '{"type":"trace"}', 'line 1 of the trace is no header of a trace'],
    [
      'a step of nobody',
      '{"type":"step","actor":"x:0","at":1,"event":"end","took":[],"state":"idle"}',
      'before the header',
    ],
    ['half a step', '{"type":"step"}', 'line 1 of the trace is no step of a trace'],
    [
      'a newer version',
      '{"type":"trace","version":2,"machine":"connection","actor":"x:0","at":1,"state":"idle","context":{}}',
      'is of version 2, newer than 1',
    ],
  ])('refuses %s, by the number of the line', (_, text, complaint) => {
    expect(() => readTrace(text)).toThrow(complaint)
    expect(() => readTrace(text)).toThrow(SyntaxError)
  })

  it('passes over empty lines and lines of kinds to come', () => {
    expect(readTrace('\n{"type":"sample"}\r\n')).toEqual([])
  })
})
