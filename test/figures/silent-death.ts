// Figures of the heartbeat: how soon a black hole is noticed, and how many living servers are convicted while the event loop
// is blocked for three seconds again and again.
//
//   npx tsx test/figures/silent-death.ts [rounds] [minutes]
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../../embedded/postgres.ts'
import { type Connection, connect, heartbeat } from '../../src/index.ts'
import { openProxy } from '../support/tcp-proxy.ts'

const [rounds = 50, minutes = 10] = process.argv.slice(2).map(Number)
const idleMs = 500
const timeoutMs = 300

await using server = await startPostgres()
await detection()
await stalls()

async function detection(): Promise<void> {
  const took = { idle: [] as number[], atWork: [] as number[], held: [] as number[] }
  const kinds = Object.keys(took) as (keyof typeof took)[]
  for (let round = 0; round < rounds; round++) {
    const kind = kinds[round % kinds.length]!
    using proxy = await openProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
    const connection = await connect({
      connectionString: proxy.urlOf(server.url),
      monitors: [heartbeat({ idleMs, timeoutMs })],
      reconnect: false,
    })
    const lost = new Promise<number>((resolve) => connection.on('lost', () => resolve(performance.now())))
    const asked = occupy(connection, kind)
    await sleep(Math.random() * 1500)
    proxy.blackhole()
    const began = performance.now()
    took[kind].push((await lost) - began)
    await asked
    await connection.end()
  }
  const limitMs = idleMs + timeoutMs + 100
  for (const [kind, times] of Object.entries(took)) {
    times.sort((a, b) => a - b)
    const [median, last] = [times[times.length >> 1], times.at(-1)].map((ms) => ms?.toFixed(0))
    const late = times.filter((ms) => ms > limitMs).length
    console.log(
      `${kind}: ${times.length} rounds, p50 ${median} ms, max ${last} ms, beyond ${limitMs} ms: ${late}`,
    )
  }
}

/** What a session does while the network goes away; it fails by that. */
async function occupy(connection: Connection, kind: 'idle' | 'atWork' | 'held'): Promise<void> {
  if (kind === 'atWork') await connection.query('select pg_sleep(60)').catch(() => undefined)
  if (kind !== 'held') return
  const lost = new Promise<void>((resolve) => connection.on('lost', () => resolve()))
  await connection.transaction(() => lost).catch(() => undefined)
}

async function stalls(): Promise<void> {
  const until = performance.now() + minutes * 60_000
  const hasTime = (): boolean => performance.now() < until
  let convictions = 0
  let blocked = 0
  const open = async (monitor = heartbeat()): Promise<Connection> => {
    const connection = await connect({ connectionString: server.url, monitors: [monitor] })
    connection.on('lost', ({ failure }) => {
      convictions++
      console.log(`convicted: ${failure.message}`)
    })
    return connection
  }
  const monitors = [heartbeat(), heartbeat({ idleMs, timeoutMs })]
  const idle = await Promise.all(monitors.map(open))
  const sleepers = await Promise.all(monitors.map(open))
  const holders = await Promise.all(monitors.map(open))
  const work = [
    ...sleepers.map(async (connection) => {
      while (hasTime()) await connection.query('select pg_sleep(20)')
    }),
    ...holders.map(async (connection) => {
      while (hasTime()) await connection.transaction(() => sleep(15_000))
    }),
  ]
  while (hasTime()) {
    await sleep(Math.random() * 3000)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
    blocked++
  }
  await Promise.allSettled(work)
  await Promise.all([...idle, ...sleepers, ...holders].map((connection) => connection.end()))
  console.log(`${minutes} min, ${blocked} stalls of 3 s, 6 connections: ${convictions} false convictions`)
}
