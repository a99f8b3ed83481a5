import { selectAccountByName, selectNumber } from '../accounts.ts'
import { pipelinedPg, plainPg, postgresJs, type Statement, supervised, withClients } from '../clients.ts'
import type { Finding } from '../finding.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import { rawBytes } from '../raw-bytes.ts'
import type { Workload } from '../workload.ts'

interface Course {
  readonly howMany: number
  readonly statement: (turn: number) => Statement
  readonly title: string
  readonly rounds: number
  readonly atLeast?: number
}

const small = 'the smallest statement, named'
const courses: readonly Course[] = [
  { howMany: 10, statement: selectNumber, title: small, rounds: 9 },
  { howMany: 100, statement: selectNumber, title: small, rounds: 21, atLeast: 1.8 },
  { howMany: 1000, statement: selectNumber, title: small, rounds: 9 },
  // On two processors the server is as busy as the client here, and soon the limit for both.
  { howMany: 100, statement: selectAccountByName, title: 'a row by its key, named', rounds: 9 },
]

/** Many callers of one connection, each of whom asks again when it is answered. */
export const manyCallers: Workload = {
  name: 'many-callers',
  run: ({ server, isQuick }) =>
    withClients(server, [pipelinedPg, plainPg, postgresJs, rawBytes, supervised()], async (clients) => {
      const findings: Finding[] = []
      for (const { howMany, statement, title, rounds, atLeast } of courses) {
        const contestants = clients.map(({ name, query }) => ({
          name,
          run: (count: number) => callers(howMany, count, (turn) => query(statement(turn))),
        }))
        const standings = await race(contestants, { rounds: isQuick ? 5 : rounds, lapMs: isQuick ? 50 : 150 })
        const measured = standings.at(-1)?.throughputRatio.median ?? Number.NaN
        const ofPostgresJs = standings.find(({ name }) => name === 'postgres.js')?.throughputRatio.median
        const goals =
          atLeast === undefined
            ? []
            : [
                { words: "throughput, of pg's own pipeline", measured, atLeast },
                {
                  words: 'throughput, of postgres.js on one connection',
                  measured: measured / (ofPostgresJs ?? Number.NaN),
                  atLeast: 2.5,
                },
              ]
        findings.push(raceFinding(`${howMany} callers on one connection: ${title}`, standings, goals))
      }
      return findings
    }),
}
