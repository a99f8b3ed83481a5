// What a connection did, as a test to keep.
import { eventName } from '../../../src/traces/edge-ids.ts'
import { tracedContext, tracedData } from '../../../src/traces/redaction.ts'
import { traceAsTest } from '../../../src/traces/trace-as-test.ts'
import { type TracedData, type TraceLine, traceVersion } from '../../../src/traces/trace-format.ts'
import type { Session } from './session.ts'
import type { Fields, Step } from './step.ts'
import { store } from './store.ts'

/** A test that nobody reads to its end is no test. */
const longest = 500

/** The last steps up to one, as a vitest file, and how many they are. */
export function testOf({ id, name, chart, seqs }: Session, last: number): { text: string; count: number } {
  const end = seqs.findLastIndex((seq) => seq <= last)
  const told = seqs.slice(Math.max(0, end - 2 * longest), end + 1).flatMap((seq) => store.step(seq) ?? [])
  const [first, ...steps] = told.filter(({ type }) => !type.startsWith('request.')).slice(-longest - 1)
  if (first === undefined || chart === undefined) return { text: '', count: 0 }
  const header: TraceLine = {
    ...{ type: 'trace', version: traceVersion, machine: chart.machine, actor: id, name, dropped: 0 },
    ...{ at: first.at, state: first.state, context: contextOf(chart.machine, first.context) },
  }
  return { text: traceAsTest([header, ...steps.map(lineOf)]), count: steps.length }
}

function lineOf({ session, at, type, data, edges, state }: Step): TraceLine {
  // What a trace may tell and no more: a page may be shown statements in full.
  const traced = tracedData({ ...data, type })
  return {
    ...{ type: 'step', actor: session.id, at, event: eventName(type), took: edges, state },
    ...(traced === undefined ? {} : { data: traced }),
  }
}

function contextOf(machine: string, { processId, retiring, ...context }: Fields): TracedData {
  const session = processId === undefined ? context['session'] : { processId }
  return tracedContext(machine, { ...context, session, retiring: retiring === true ? true : undefined })
}
