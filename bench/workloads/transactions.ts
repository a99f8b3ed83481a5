import { addCents, selectAccountByName } from '../accounts.ts'
import { plainPg, postgresJs, supervised, withClients } from '../clients.ts'
import { pgPromisePool, slonikPool } from '../pools.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

/** BEGIN, three statements one after the other, COMMIT: five round trips, whoever makes them. */
export const transactions: Workload = {
  name: 'transactions',
  run: ({ server, isQuick }) =>
    withClients(
      server,
      [
        plainPg,
        postgresJs,
        pgPromisePool(1),
        slonikPool(1),
        supervised('pg-supervisor, verifyCommit', { verifyCommit: true }),
        supervised(),
      ],
      async (clients) => {
        const contestants = clients.map(({ name, transaction }) => ({
          name,
          run: (count: number) =>
            callers(1, count, (turn) =>
              transaction([selectAccountByName(turn), addCents(turn), selectAccountByName(turn)]),
            ),
        }))
        const standings = await race(contestants, { rounds: isQuick ? 5 : 15, lapMs: isQuick ? 100 : 200 })
        const best = Math.max(...standings.slice(0, 4).map(({ throughputRatio }) => throughputRatio.median))
        const measured = (standings.at(-1)?.throughputRatio.median ?? Number.NaN) / best
        const goal = { words: 'throughput, of the best peer', measured, atLeast: 1 }
        return [raceFinding('Transactions of three statements, one after the other', standings, [goal])]
      },
    ),
}
