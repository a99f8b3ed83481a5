import pg from 'pg'
import postgres from 'postgres'
import { race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

/** From nothing to the first answer, and closed again; the server forks a process for each, and asks for the password. */
export const connectTime: Workload = {
  name: 'connect-time',
  run: async ({ server: { url }, isQuick }) => {
    const times = (once: () => Promise<unknown>) => async (count: number) => {
      for (let turn = 0; turn < count; turn++) await once()
    }
    const contestants = [
      {
        name: 'pg',
        run: times(async () => {
          const client = new pg.Client(url)
          await client.connect()
          await client.query('select 1')
          await client.end()
        }),
      },
      {
        name: 'postgres.js',
        run: times(async () => {
          const sql = postgres(url, { max: 1, fetch_types: false })
          await sql`select 1`
          await sql.end()
        }),
      },
      {
        name: 'pg-supervisor',
        run: times(async () => {
          const connection = await connect(url)
          await connection.query('select 1')
          await connection.end()
        }),
      },
    ]
    const options = { rounds: isQuick ? 3 : 15, lapMs: isQuick ? 50 : 150, warmUpCount: isQuick ? 10 : 40 }
    return [raceFinding('Connect, ask once, close', await race(contestants, options))]
  },
}
