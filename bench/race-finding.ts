import type { Finding, Goal } from './finding.ts'
import type { Standing } from './race.ts'

const columns = [
  { title: 'per second', digits: 0 },
  { title: '× throughput', digits: 2 },
  { title: 'wall µs', digits: 1 },
  { title: '× wall', digits: 2 },
  { title: 'CPU µs', digits: 1 },
  { title: '× CPU', digits: 2 },
]

/** The table of a race: what each did, and how it compares with the first. */
export function raceFinding(
  title: string,
  standings: readonly Standing[],
  goals: readonly Goal[] = [],
): Finding {
  return {
    title,
    note: `× is against ${standings[0]?.name}, in the same round`,
    columns,
    rows: standings.map((of) => ({
      name: of.name,
      cells: [of.perSecond, of.throughputRatio, of.wallUs, of.wallRatio, of.cpuUs, of.cpuRatio],
    })),
    goals,
  }
}
