// A consumer of jobs that can run for weeks. Notifications only say that there is something to do; the table says what.
// So a gap costs nothing: look at the table, and go on.
//
//   create table job (id bigserial primary key, task text, done_at timestamptz);
//   DATABASE_URL=postgres://… npx tsx examples/reconnecting-listener.ts
//   insert into job (task) values ('write a letter'); notify job;
import { connect } from 'pg-supervisor'

const connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  application_name: 'letter writer',
  whileDown: { waitMs: 60_000 },
})

// The job at hand is done to its end, and no other is begun.
const stop = new AbortController()
process.once('SIGINT', () => {
  stop.abort()
  void connection.end({ drainMs: 5_000 })
})

/** Takes one job at a time; runs again as a whole when the session is lost before its COMMIT was sent. */
async function work(): Promise<void> {
  while (!stop.signal.aborted) {
    const task = await connection.transaction(
      async (tx) => {
        const { rows } = await tx.query<{ id: string; task: string }>(
          'select id, task from job where done_at is null order by id limit 1 for update skip locked',
        )
        const [job] = rows
        if (job !== undefined) await tx.query('update job set done_at = now() where id = $1', [job.id])
        return job?.task
      },
      { retry: true },
    )
    if (task === undefined) return
    console.log(`done: ${task}`)
  }
}

/** Whatever went wrong, a gap or the next notification is a reason to look again. */
const look = (): Promise<void> =>
  work().catch((error: Error) => console.log(`will look again later: ${error.message}`))

connection.on('state', ({ from, to }) => console.log(`${from} → ${to}`))
connection.on('gap', () => void look())
await connection.listen('job', look)
await look()
