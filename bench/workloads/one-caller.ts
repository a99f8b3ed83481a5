import { selectNumber } from '../accounts.ts'
import { pipelinedPg, plainPg, postgresJs, supervised, withClients } from '../clients.ts'
import { pgPromisePool } from '../pools.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

/** A named statement, the next one asked when the last one is answered. */
export const oneCaller: Workload = {
  name: 'one-caller',
  run: ({ server, isQuick }) =>
    withClients(
      server,
      [plainPg, pipelinedPg, postgresJs, pgPromisePool(1), supervised()],
      async (clients) => {
        const contestants = clients.map(({ name, query }) => ({
          name,
          run: (count: number) => callers(1, count, (turn) => query(selectNumber(turn))),
        }))
        const standings = await race(contestants, { rounds: isQuick ? 5 : 25, lapMs: isQuick ? 50 : 150 })
        const ours = standings.at(-1)
        return [
          raceFinding('One caller at a time: the smallest statement, named', standings, [
            {
              words: "wall time, of pg's",
              measured: ours?.wallRatio.median ?? Number.NaN,
              atMost: 1.05,
            },
            {
              words: "CPU time of the process, of pg's",
              measured: ours?.cpuRatio.median ?? Number.NaN,
              atMost: 1.05,
            },
          ]),
        ]
      },
    ),
}
