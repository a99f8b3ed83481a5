import {
  insertNote,
  selectAccounts,
  selectBytes,
  selectJson,
  selectNumber,
  selectWideRow,
} from '../accounts.ts'
import { pipelinedPg, postgresJs, type Statement, supervised, withClients } from '../clients.ts'
import type { Finding } from '../finding.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

const shapes: readonly { title: string; statement: (turn: number) => Statement; warmUpCount: number }[] = [
  { title: 'one number', statement: selectNumber, warmUpCount: 1500 },
  { title: 'an insert', statement: insertNote, warmUpCount: 1500 },
  { title: '10 rows', statement: selectAccounts(10), warmUpCount: 1000 },
  { title: '1000 rows', statement: selectAccounts(1000), warmUpCount: 100 },
  { title: 'a row of 51 columns', statement: selectWideRow, warmUpCount: 500 },
  { title: 'a kilobyte of jsonb', statement: selectJson, warmUpCount: 1000 },
  { title: 'eight kilobytes of bytea', statement: selectBytes, warmUpCount: 500 },
]
const howMany = 10

/** What comes back is mostly for pg's parser, and for the type parsers. */
export const resultShapes: Workload = {
  name: 'result-shapes',
  run: ({ server, isQuick }) =>
    withClients(server, [pipelinedPg, postgresJs, supervised()], async (clients) => {
      const findings: Finding[] = []
      for (const { title, statement, warmUpCount } of shapes) {
        const contestants = clients.map(({ name, query }) => ({
          name,
          run: (count: number) => callers(howMany, count, (turn) => query(statement(turn))),
        }))
        const options = { rounds: isQuick ? 3 : 9, lapMs: isQuick ? 30 : 100, warmUpCount }
        findings.push(raceFinding(`${title}, ${howMany} callers`, await race(contestants, options)))
      }
      return findings
    }),
}
