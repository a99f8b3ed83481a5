import { selectNumber } from '../accounts.ts'
import { supervised, withClients } from '../clients.ts'
import { pgPool, pgPromisePool, postgresJsPool, slonikPool, supervisedPool } from '../pools.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

const size = 10
const howMany = 100
const peers = [pgPool(size), postgresJsPool(size), pgPromisePool(size), slonikPool(size)]

/** More callers than sessions: a pool that pipelines against those that lend. */
export const pools: Workload = {
  name: 'pools',
  run: ({ server, isQuick }) =>
    withClients(server, [...peers, supervised('one connection'), supervisedPool(size)], async (clients) => {
      const contestants = clients.map(({ name, query }) => ({
        name,
        run: (count: number) => callers(howMany, count, (turn) => query(selectNumber(turn))),
      }))
      const standings = await race(contestants, { rounds: isQuick ? 5 : 15, lapMs: isQuick ? 50 : 150 })
      const measured = standings.at(-1)?.throughputRatio.median ?? Number.NaN
      const goal = { words: `throughput, of pg.Pool(${size})`, measured, atLeast: 4 }
      return [raceFinding(`${howMany} callers of a pool of ${size}`, standings, [goal])]
    }),
}
