// What is promised over many operations, measured: npm run chaos -- figures [--operations 1000000] [--cancels 10000] [--commits 500]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../../embedded/postgres.ts'
import { Pool } from '../../../src/index.ts'
import { completes, openProxy } from '../../support/tcp-proxy.ts'
import { TestServer } from '../../support/test-server.ts'
import { percentiles } from '../bench/measured.ts'
import { type Load, underLoad } from './load.ts'

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    cancels: { type: 'string', default: '10000' },
    commits: { type: 'string', default: '500' },
  },
})
const [operations, cancels, commits] = [values.operations, values.cancels, values.commits].map(Number) as [
  number,
  number,
  number,
]

let uncaught = 0
process.on('uncaughtException', () => uncaught++)
process.on('unhandledRejection', () => uncaught++)

const own = await startPostgres()
const server = new TestServer(new URL(own.url), own)
await server.sql('create table faults_marker (marker text not null)')

const told = ({ perSecond, said, wrong, pending }: Load): string =>
  `${Math.round(perSecond)} operations a second, ${JSON.stringify(said)}, ${wrong} wrong verdicts, ${pending} pending`

if (operations > 0) {
  const calm = await underLoad(server, operations / 10, false)
  console.log(`calm: ${told(calm)}`)
  const struck = await underLoad(server, operations, true)
  console.log(`every session terminated once a second: ${told(struck)}, ${uncaught} uncaught`)
  console.log(`throughput under it: ${Math.round((100 * struck.perSecond) / calm.perSecond)} % of calm`)
  console.log(`from a termination to the next success, ms: ${JSON.stringify(percentiles(struck.recoveries))}`)
}

if (cancels > 0) {
  const pool = await new Pool({ connectionString: server.url, min: 4, max: 4 }).start()
  let innocent = 0
  let cancelled = 0
  const one = async (): Promise<void> => {
    const signal = AbortSignal.timeout(1 + Math.floor(Math.random() * 4))
    const target = pool.query('select pg_sleep(0.003)', [], { signal }).catch(() => cancelled++)
    const neighbour = pool.query('select 1').catch(() => innocent++)
    await Promise.all([target, neighbour])
  }
  const callers = Array.from({ length: 8 }, async () => {
    for (let count = 0; count < cancels / 8; count++) await one()
  })
  await Promise.all(callers)
  await pool.end()
  console.log(`cancels: ${cancels} wished, ${cancelled} in time, ${innocent} innocent statements hit`)
}

if (commits > 0) {
  using cable = await openProxy(server)
  const pool = new Pool({
    connectionString: cable.urlOf(server.url),
    max: 1,
    verifyCommit: true,
    whileDown: { waitMs: 10_000 },
  })
  let resolved = 0
  for (let count = 0; count < commits; count++) {
    const answer = cable.holdNext(completes('COMMIT'), 'toClient')
    const done = pool.transaction((tx) =>
      tx.query('insert into faults_marker values ($1)', [`commit ${count}`]),
    )
    const isResolved = done.then(
      () => true,
      () => false,
    )
    await answer.arrived(10_000)
    cable.cut()
    if (await isResolved) resolved++
    await sleep(1)
  }
  await pool.end()
  console.log(`verifyCommit: ${resolved} of ${commits} COMMITs whose answer was lost were resolved`)
}

await server.dispose()
