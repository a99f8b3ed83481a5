import { monitorEventLoopDelay } from 'node:perf_hooks'
import { selectNumber } from '../accounts.ts'
import { alternating } from '../alternating.ts'
import { type Client, withClients } from '../clients.ts'
import { pgPool, supervisedPool } from '../pools.ts'
import { callers } from '../race.ts'
import { quantileOf, spreadOf } from '../statistics.ts'
import type { Workload } from '../workload.ts'

const size = 10

interface Lap {
  readonly p50: number
  readonly p99: number
  readonly lagP99: number
}

/** Requests come at a steady rate, answered or not: half of what pg.Pool can bear, and the same for ours. */
export const halfLoad: Workload = {
  name: 'half-load',
  run: ({ server, isQuick }) =>
    withClients(server, [pgPool(size), supervisedPool(size)], async (clients) => {
      const perSecond = (await mostOf(clients[0] as Client)) / 2
      for (const client of clients) await mostOf(client)
      const count = Math.round(perSecond * (isQuick ? 0.2 : 1))
      const laps = await alternating(
        isQuick ? 3 : 9,
        clients.map((client) => ({ name: client.name, measure: () => arrivals(client, perSecond, count) })),
      )
      const rows = [...laps].map(([name, of]) => ({
        name,
        cells: [
          spreadOf(of.map(({ p50 }) => p50)),
          spreadOf(of.map(({ p99 }) => p99)),
          spreadOf(of.map(({ lagP99 }) => lagP99)),
        ],
      }))
      const [peers = [], ours = []] = [...laps.values()]
      const ratio = spreadOf(ours.map(({ p99 }, round) => p99 / (peers[round]?.p99 ?? Number.NaN)))
      return [
        {
          title: `Half the load that pg.Pool(${size}) bears`,
          note: `${Math.round(perSecond)} requests a second, come what may; loop delay as perf_hooks sees it, whose own tick is 1 ms`,
          columns: [
            { title: 'p50, ms', digits: 2 },
            { title: 'p99, ms', digits: 2 },
            { title: 'loop delay p99, ms', digits: 2 },
          ],
          rows,
          goals: [{ words: "p99, of pg.Pool's", measured: ratio.median, atMost: 1 }],
        },
      ]
    }),
}

async function mostOf({ query }: Client): Promise<number> {
  const count = 5000
  const from = performance.now()
  await callers(100, count, (turn) => query(selectNumber(turn)))
  return (count / (performance.now() - from)) * 1000
}

async function arrivals({ query }: Client, perSecond: number, count: number): Promise<Lap> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const latencies: number[] = []
  const from = performance.now()
  let asked = 0
  const all: Promise<void>[] = []
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      // As many as are due by now; each counts from when it was due, not from when this process got to it.
      const due = Math.min(count, ((performance.now() - from) * perSecond) / 1000)
      for (; asked < due; asked++) {
        const dueAt = from + (asked * 1000) / perSecond
        all.push(query(selectNumber(asked)).then(() => void latencies.push(performance.now() - dueAt)))
      }
      if (asked < count) setTimeout(tick, 1)
      else resolve()
    }
    tick()
  })
  await Promise.all(all)
  delay.disable()
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    p50: quantileOf(sorted, 0.5),
    p99: quantileOf(sorted, 0.99),
    lagP99: delay.percentile(99) / 1e6,
  }
}
