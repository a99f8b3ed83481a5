import { selectAccountByName } from '../accounts.ts'
import { pipelinedPg, plainPg, postgresJs, supervised, withClients } from '../clients.ts'
import type { Finding } from '../finding.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

/** Many callers of one connection, each of whom asks again when it is answered. */
export const manyCallers: Workload = {
  name: 'many-callers',
  run: ({ server, isQuick }) =>
    withClients(server, [pipelinedPg, plainPg, postgresJs, supervised()], async (clients) => {
      const findings: Finding[] = []
      for (const howMany of [10, 100, 1000]) {
        const contestants = clients.map(({ name, query }) => ({
          name,
          run: (count: number) => callers(howMany, count, (turn) => query(selectAccountByName(turn))),
        }))
        const rounds = howMany === 100 ? 21 : 9
        const standings = await race(contestants, { rounds: isQuick ? 5 : rounds, lapMs: isQuick ? 50 : 150 })
        const measured = standings.at(-1)?.throughputRatio.median ?? Number.NaN
        const goal = { words: "throughput, of pg's own pipeline", measured, atLeast: 1.8 }
        findings.push(
          raceFinding(
            `${howMany} callers on one connection, named statement`,
            standings,
            howMany === 100 ? [goal] : [],
          ),
        )
      }
      return findings
    }),
}
