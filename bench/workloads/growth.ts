import { selectAccounts, selectNumber } from '../accounts.ts'
import { type Client, pipelinedPg, postgresJs, supervised, withClients } from '../clients.ts'
import { FakeServer } from '../fake-server.ts'
import type { Finding } from '../finding.ts'
import { heapInUse } from '../heap.ts'
import { callers } from '../race.ts'
import { quantileOf, slopeOf } from '../statistics.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

const tens = [1, 10, 100, 1000] as const

/** How the costs grow, as slopes: 0 = the same for all, 1 = in proportion. */
export const growth: Workload = {
  name: 'growth',
  run: ({ server, isQuick }) =>
    withClients(server, [pipelinedPg, postgresJs, supervised()], async (clients) => {
      const rounds = isQuick ? 3 : 9
      const byCallers = await cpuTable(clients, rounds, ({ query }, howMany) => {
        const count = Math.max(200, 2 * howMany)
        return perEach(count, () => callers(howMany, count, (turn) => query(selectNumber(turn))))
      })
      const byRows = await cpuTable(clients, rounds, ({ query }, rows) => {
        const count = Math.max(5, Math.round(300 / rows))
        return perEach(count, () => callers(5, count, () => query(selectAccounts(rows)())))
      })
      return [
        { ...byCallers, title: 'CPU of a statement, by the number of callers' },
        { ...byRows, title: 'CPU of a statement, by the number of rows' },
        await byConnections(isQuick),
      ]
    }),
}

async function perEach(count: number, work: () => Promise<void>): Promise<number> {
  const cpu = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / count
}

async function cpuTable(
  clients: readonly Client[],
  rounds: number,
  measure: (client: Client, size: number) => Promise<number>,
): Promise<Omit<Finding, 'title'>> {
  const measured = new Map(clients.map(({ name }) => [name, tens.map((): number[] => [])]))
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const client of clients) {
      for (const [at, size] of tens.entries()) {
        const cpuUs = await measure(client, size)
        if (round >= 0) measured.get(client.name)?.[at]?.push(cpuUs)
      }
    }
  }
  return {
    columns: [
      ...tens.map((size) => ({ title: `${size}, µs`, digits: 1 })),
      { title: 'log-log slope', digits: 2 },
    ],
    rows: [...measured].map(([name, times]) => {
      const medians = times.map((of) =>
        quantileOf(
          of.toSorted((a, b) => a - b),
          0.5,
        ),
      )
      const slope = slopeOf(tens.map((size, at) => [size, medians[at] ?? Number.NaN]))
      return { name, cells: [...medians, slope] }
    }),
    goals: [],
  }
}

async function byConnections(isQuick: boolean): Promise<Finding> {
  const sizes = isQuick ? [100, 300] : [100, 1000, 10_000]
  const config = { host: 'fake', user: 'fake', password: 'fake', stream: () => new FakeServer() as never }
  const points: [number, number][] = []
  for (const size of sizes) {
    const before = await heapInUse()
    const connections = await Promise.all(Array.from({ length: size }, () => connect(config)))
    points.push([size, (await heapInUse()) - before])
    await Promise.all(connections.map((connection) => connection.end()))
  }
  return {
    title: 'Heap by the number of connections, on a fake wire, their pg clients included',
    columns: [
      ...sizes.map((size) => ({ title: `${size}, kB each`, digits: 1 })),
      { title: 'log-log slope', digits: 2 },
    ],
    rows: [
      {
        name: 'pg-supervisor',
        cells: [...points.map(([size, bytes]) => bytes / size / 1000), slopeOf(points)],
      },
    ],
    goals: [],
  }
}
