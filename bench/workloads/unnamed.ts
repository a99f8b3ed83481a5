import { selectAccount, selectAccountByName } from '../accounts.ts'
import { pipelinedPg, supervised, withClients } from '../clients.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import type { Workload } from '../workload.ts'

const howMany = 100

/** A text with values and no name, repeated: pg has it parsed and planned each time, autoPrepare once. */
export const unnamed: Workload = {
  name: 'unnamed',
  run: ({ server, isQuick }) =>
    withClients(server, [supervised(), pipelinedPg], async ([ours, raw]) => {
      if (ours === undefined || raw === undefined) throw new Error('no clients')
      const contestants = [
        {
          name: 'pg-supervisor, with a name',
          query: (turn: number) => ours.query(selectAccountByName(turn)),
        },
        { name: 'pg-supervisor, without', query: (turn: number) => ours.query(selectAccount(turn)) },
        { name: 'pg, pipeline: true, without', query: (turn: number) => raw.query(selectAccount(turn)) },
      ].map(({ name, query }) => ({ name, run: (count: number) => callers(howMany, count, query) }))
      const standings = await race(contestants, { rounds: isQuick ? 5 : 15, lapMs: isQuick ? 50 : 150 })
      const measured = standings[1]?.throughputRatio.median ?? Number.NaN
      const goal = { words: 'throughput without a name, of that with a name', measured, atLeast: 0.95 }
      return [raceFinding(`${howMany} callers, the same text repeated without a name`, standings, [goal])]
    }),
}
