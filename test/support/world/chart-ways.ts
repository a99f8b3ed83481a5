// Trace inclusion: whatever a real connection did is a way of the pure chart. And coverage: how often each transition was
// taken is written down, for `npm run coverage:chart`.
import { appendFileSync, mkdirSync } from 'node:fs'
import { replayTrace, type TraceLine } from '../../../src/machines.ts'

export const countsFolder = '.tmp/chart-coverage'

/** A line of the files there. */
export interface CountsLine {
  readonly chart: string
  readonly counts: Readonly<Record<string, number>>
}

/** In words, which steps are none of the chart's. */
export function wayFaults(lines: readonly TraceLine[]): string[] {
  return replayTrace(lines).map(
    ({ event, from, what, traced, replayed }) =>
      `not a way of the chart: ${event} in ${from}: ${what} was ${traced}, the chart says ${replayed}`,
  )
}

/** How often each transition was taken. */
export function edgeCounts(lines: Iterable<TraceLine>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) {
    if (line.type !== 'step') continue
    for (const edge of line.took) counts.set(edge, (counts.get(edge) ?? 0) + (line.count ?? 1))
  }
  return counts
}

/** Adds to the counts; the lines are of one chart. */
export function countTaken(lines: readonly TraceLine[]): void {
  const [header] = lines
  const counts = Object.fromEntries(edgeCounts(lines))
  if (header?.type !== 'trace' || Object.keys(counts).length === 0) return
  mkdirSync(countsFolder, { recursive: true })
  const line = JSON.stringify({ chart: header.machine, counts } satisfies CountsLine)
  // A file for each process: lines of two of them in one might be torn.
  appendFileSync(`${countsFolder}/${process.pid}.ndjson`, `${line}\n`)
}
