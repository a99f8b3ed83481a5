import { tracedContext } from './redaction.ts'
import { ReplayedChart } from './replayed-chart.ts'
import { isOurs, type TracedData, type TraceHeader, type TraceLine, type TraceStep } from './trace-format.ts'

/** Where the chart would have gone another way. */
export interface TraceDifference {
  /** Counted from 1, of the lines given. */
  readonly line: number
  /** As in the header. */
  readonly name: string
  readonly event: string
  /** Before the step. */
  readonly from: string
  /** 'state', 'took', or a field of the context. */
  readonly what: string
  readonly traced: string
  readonly replayed: string
}

/** What a chart remembers and does not read off a clock. */
const remembered = [
  ...['word', 'attempts', 'delayMs', 'cameFrom', 'retiring', 'drainMs', 'triesUntil'],
  ...['members', 'absent', 'life'],
]

/**
 * Runs a trace through the pure chart of this version: no connection, no timer. Empty = every step is one of the chart's.
 * After a difference it goes on from where the trace was.
 */
export function replayTrace(lines: Iterable<TraceLine>): TraceDifference[] {
  const replays = new Map<string, { chart: ReplayedChart; header: TraceHeader }>()
  const differences: TraceDifference[] = []
  let number = 0
  for (const line of lines) {
    number++
    if (line.type === 'trace') {
      if (isOurs(line.machine)) replays.set(line.actor, { chart: new ReplayedChart(line), header: line })
      continue
    }
    const replay = replays.get(line.actor)
    if (replay === undefined) continue
    const { chart, header } = replay
    const from = chart.state
    for (const { what, traced, replayed } of stepDifferences(chart, line))
      differences.push({ line: number, name: header.name, event: line.event, from, what, traced, replayed })
    chart.moveTo(line.state)
  }
  return differences
}

type Finding = Pick<TraceDifference, 'what' | 'traced' | 'replayed'>

function stepDifferences(chart: ReplayedChart, step: TraceStep): Finding[] {
  const state = chart.take(step)
  const findings = [
    ...difference('took', step.took.join(', '), chart.took.join(', ')),
    ...difference('state', step.state, state),
  ]
  if (findings.length > 0) return findings
  if ((step.count ?? 1) > 1) {
    findings.push(
      ...difference('state', step.state, chart.take(step)),
      ...difference('took', step.took.join(', '), chart.took.join(', ')),
    )
  }
  return step.context === undefined ? findings : [...findings, ...contextDifferences(step.context, chart)]
}

function contextDifferences(traced: TracedData, chart: ReplayedChart): Finding[] {
  const replayed = tracedContext(chart.machine, chart.context)
  return remembered.flatMap((field) => difference(field, told(traced[field]), told(replayed[field])))
}

const difference = (what: string, traced: string, replayed: string): Finding[] =>
  traced === replayed ? [] : [{ what, traced, replayed }]

const told = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
