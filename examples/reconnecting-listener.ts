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

/** Takes one job at a time; runs again as a whole when the session is lost before its COMMIT was sent. */
async function work(): Promise<void> {
  for (;;) {
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

const lookAgain = (): void => {
  work().catch((error: unknown) => console.error('will look again at the next notification:', error))
}

connection.on('state', ({ from, to }) => console.log(`${from} → ${to}`))
connection.on('gap', lookAgain)
await connection.listen('job', work)
await work()

process.once('SIGINT', () => {
  void connection.end({ drainMs: 5_000 })
})
