// Reads the lines of recorded traces (`recordTrace`).
import { chartOf } from './chart.ts'
import { type Fields, pathOf } from './step.ts'
import type { Store } from './store.ts'

interface Header {
  readonly type: 'trace'
  readonly actor: string
  readonly machine: string
  readonly name: string
  readonly at: number
  readonly state: unknown
  readonly context?: Fields
  readonly dropped?: number
}

interface Line {
  readonly type: 'step'
  readonly actor: string
  readonly at: number
  readonly event: string
  readonly data?: Fields
  readonly took?: readonly string[]
  readonly state: unknown
  readonly pending?: number
  readonly context?: Fields
  readonly count?: number
}

export type TraceLine = Header | Line

export function traceReader(store: Store): (line: TraceLine) => void {
  return (line) => {
    if (line.type === 'trace') {
      store.register(line.actor, line.name, chartOf(line.machine))
      store.dropped += line.dropped ?? 0
      const { at, context = {} } = line
      store.add(line.actor, {
        ...shared(line),
        at,
        type: 'xstate.init',
        edges: ['-'],
        data: {},
        context,
        count: 1,
      })
      return
    }
    const { at, event, data = {}, took = [], context, count = 1 } = line
    store.add(line.actor, {
      ...shared(line),
      at,
      type: event,
      edges: took,
      data,
      count,
      ...(context === undefined ? {} : { context }),
    })
  }
}

const shared = ({ state }: { state: unknown }) => ({ origin: undefined, actions: [], state: pathOf(state) })
