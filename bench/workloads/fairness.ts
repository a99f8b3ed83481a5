import { selectAccounts, selectNumber } from '../accounts.ts'
import { supervised, withClients } from '../clients.ts'
import type { Finding } from '../finding.ts'
import { supervisedPool } from '../pools.ts'
import { callers } from '../race.ts'
import { spreadOf } from '../statistics.ts'
import type { Bench, Workload } from '../workload.ts'

const howMany = 100

/** Whoever is behind in the queue is not behind for long: what a stream of others does to a caller. */
export const fairness: Workload = {
  name: 'fairness',
  run: (bench) =>
    withClients(bench.server, [supervised('one connection'), supervisedPool(10)], async (clients) => {
      const rows: Finding['rows'][number][] = []
      for (const { name, query, transaction } of clients) {
        const rounds = bench.isQuick ? 5 : 25
        const shares: number[] = []
        const waits: number[] = []
        const small = { alone: [] as number[], besideLarge: [] as number[] }
        for (let round = 0; round < rounds; round++) {
          const answers = await answersOfEach((turn) => query(selectNumber(turn)))
          shares.push(Math.min(...answers) / Math.max(...answers))
          const stream = callers(howMany, 2000, (turn) => query(selectNumber(turn)))
          waits.push(await msOf(() => transaction([selectNumber(round)])))
          await stream
          small.alone.push(await msOf(() => callers(10, 100, (turn) => query(selectNumber(turn)))))
          const large = callers(2, 20, () => query(selectAccounts(1000)()))
          small.besideLarge.push(await msOf(() => callers(10, 100, (turn) => query(selectNumber(turn)))))
          await large
        }
        const cells = [shares, waits, small.alone, small.besideLarge].map(spreadOf)
        rows.push({ name, cells })
      }
      return [
        {
          title: 'Backpressure: who waits for whom',
          note: `the share is of the caller with the fewest answers to the one with the most, of ${howMany}; the transaction is asked for in a stream of ${howMany} callers; the hundred small statements are ten callers', alone and beside two callers who read a thousand rows each time`,
          columns: [
            { title: 'share', digits: 2 },
            { title: 'a transaction in a stream, ms', digits: 1 },
            { title: '100 small ones, ms', digits: 1 },
            { title: 'beside large ones, ms', digits: 1 },
          ],
          rows,
          goals: [],
        },
        await windows(bench),
      ]
    }),
}

/** How often each of them was answered until the first had all its answers. */
async function answersOfEach(ask: (turn: number) => Promise<unknown>): Promise<number[]> {
  const wanted = 20
  const answers = Array.from({ length: howMany }, () => 0)
  let isOver = false
  const caller = async (_: unknown, which: number): Promise<void> => {
    while (!isOver) {
      await ask(which)
      if (!isOver) answers[which] = (answers[which] ?? 0) + 1
      if (answers[which] === wanted) isOver = true
    }
  }
  await Promise.all(answers.map(caller))
  return answers
}

/** A burst is held back behind the window of 1024 and must not cost more for it. */
const windows = ({ server, isQuick }: Bench): Promise<Finding> =>
  withClients(server, [supervised()], async ([ours]) => {
    const bursts = isQuick ? [100, 1000] : [100, 1000, 10_000, 100_000]
    const burst = (count: number) => callers(count, count, (turn) => ours!.query(selectNumber(turn)))
    await burst(10_000)
    const cells = []
    for (const count of bursts) {
      const times: number[] = []
      for (let round = 0; round < (count < 100_000 ? 7 : 3); round++) {
        const cpu = process.cpuUsage()
        await burst(count)
        const { user, system } = process.cpuUsage(cpu)
        times.push((user + system) / count)
      }
      cells.push(spreadOf(times))
    }
    return {
      title: 'A burst, asked all at once, behind the window',
      columns: bursts.map((count) => ({ title: `${count}: CPU µs each`, digits: 1 })),
      rows: [{ name: 'pg-supervisor', cells }],
      goals: [],
    }
  })

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
