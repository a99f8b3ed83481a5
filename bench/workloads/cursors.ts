import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import postgres from 'postgres'
import { race } from '../race.ts'
import { raceFinding } from '../race-finding.ts'
import { connect } from '../subject.ts'
import type { Workload } from '../workload.ts'

const text = 'select n as id, $1::text as name from generate_series(1, 1000) n'
const batch = 100
const rows = 1000

/** A thousand rows, a hundred at a time, each looked at. */
export const cursors: Workload = {
  name: 'cursors',
  run: async ({ server, isQuick }) => {
    const client = new pg.Client(server.url)
    await client.connect()
    const sql = postgres(server.url, { max: 1, prepare: true, onnotice: () => undefined })
    const ours = await connect(server.url)
    const times = (stream: () => Promise<void>) => async (count: number) => {
      for (let turn = 0; turn < count / rows; turn++) await stream()
    }
    const contestants = [
      {
        name: 'pg-cursor',
        run: times(async () => {
          const cursor = client.query(new Cursor(text, ['x']))
          while ((await cursor.read(batch)).length > 0);
          await cursor.close()
        }),
      },
      {
        name: 'pg-query-stream',
        run: times(async () => {
          for await (const _ of client.query(new QueryStream(text, ['x'], { batchSize: batch })));
        }),
      },
      {
        name: 'postgres.js',
        run: times(async () => {
          for await (const _ of sql.unsafe(text, ['x']).cursor(batch));
        }),
      },
      {
        name: 'pg-supervisor',
        run: times(async () => {
          for await (const _ of ours.cursor(text, ['x'], { batchSize: batch }));
        }),
      },
    ]
    const options = { rounds: isQuick ? 3 : 9, lapMs: isQuick ? 50 : 150, warmUpCount: 10 * rows }
    const standings = await race(contestants, options)
    await Promise.all([client.end(), sql.end(), ours.end()])
    return [raceFinding(`Streaming ${rows} rows, ${batch} at a time; for each row`, standings)]
  },
}
