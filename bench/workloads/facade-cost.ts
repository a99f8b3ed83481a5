import pg from 'pg'
import { selectAccountByName } from '../accounts.ts'
import { FakeServer } from '../fake-server.ts'
import type { Finding } from '../finding.ts'
import { callers, race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

/** The client alone: no socket, no server, so that it shows what the facade costs even on a busy machine. */
export const facadeCost: Workload = {
  name: 'facade-cost',
  run: async ({ isQuick }) => {
    const stream = () => new FakeServer() as never
    const raw = new pg.Client({ user: 'fake', stream, pipeline: true })
    await raw.connect()
    const ours = await connect({ host: 'fake', user: 'fake', password: 'fake', stream })
    const findings: Finding[] = []
    for (const howMany of [1, 100]) {
      const contestants = [
        {
          name: 'pg, pipeline: true',
          run: (count: number) => callers(howMany, count, (turn) => raw.query(selectAccountByName(turn))),
        },
        {
          name: 'pg-supervisor',
          run: (count: number) => callers(howMany, count, (turn) => ours.query(selectAccountByName(turn))),
        },
      ]
      const standings = await race(contestants, { rounds: isQuick ? 9 : 21, lapMs: isQuick ? 50 : 100 })
      findings.push(raceFinding(`The client alone, on a fake wire, ${howMany} at a time`, standings))
    }
    await ours.end()
    await raw.end()
    return findings
  },
}
