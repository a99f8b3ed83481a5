import pg from 'pg'
import { type Spread, spreadOf } from '../statistics.ts'
import { connect } from '../subject.ts'
import type { Bench, Workload } from '../workload.ts'

/**
 * From pg_terminate_backend to the first answered query. Raw: a new client once the old one has said 'end', which is as
 * fast as it can be done by hand.
 */
export const recovery: Workload = {
  name: 'recovery',
  run: async (bench) => {
    const rounds = bench.isQuick ? 10 : 60
    const { raw, ours } = await measure(bench, rounds)
    const overheads = ours.map((ms, round) => ms - (raw[round] ?? Number.NaN))
    const overhead: Spread = spreadOf(overheads)
    return [
      {
        title: 'Recovery: from pg_terminate_backend to the first answer',
        note: `${rounds} kills each, in turn; the raw reconnect begins at once when the client says 'end'`,
        columns: [
          { title: 'ms', digits: 2 },
          { title: 'more than raw, ms', digits: 2 },
        ],
        rows: [
          { name: 'pg, reconnected by hand', cells: [spreadOf(raw), undefined] },
          { name: 'pg-supervisor', cells: [spreadOf(ours), overhead] },
        ],
        goals: [{ words: 'longer than a raw reconnect, ms', measured: overhead.median, atMost: 5 }],
      },
    ]
  },
}

async function measure({ server }: Bench, rounds: number): Promise<{ raw: number[]; ours: number[] }> {
  const admin = await rawClient(server.url)
  const kill = (processId: number | undefined): Promise<unknown> =>
    admin.query('select pg_terminate_backend($1)', [processId])

  let client = await rawClient(server.url)
  const connection = await connect({ connectionString: server.url, whileDown: { waitMs: 10_000 } })
  let hearLoss = (): void => undefined
  connection.on('lost', () => hearLoss())
  const times = { raw: [] as number[], ours: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const ended = new Promise((resolve) => client.once('end', resolve))
    times.raw.push(
      await timed(async () => {
        const killed = kill(client.processID)
        await ended
        client = await rawClient(server.url)
        await client.query('select 1')
        await killed
      }),
    )
    const lost = new Promise<void>((resolve) => {
      hearLoss = resolve
    })
    times.ours.push(
      await timed(async () => {
        const killed = kill(connection.processId)
        await lost
        await connection.query('select 1')
        await killed
      }),
    )
  }
  await Promise.all([connection.end(), client.end(), admin.end()])
  return times
}

type RawClient = pg.Client & { processID: number }

async function rawClient(url: string): Promise<RawClient> {
  const client = new pg.Client(url) as RawClient
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
