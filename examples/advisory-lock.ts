// One leader at a time, however many processes ask. The lock belongs to the server session, so that it is free again when
// the leader dies, and so that a leader whose session is lost finds out with its next step.
//
//   DATABASE_URL=postgres://… npx tsx examples/advisory-lock.ts 3
import { connect } from 'pg-supervisor'

const steps = Number(process.argv[2] ?? 3)

await using connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  application_name: 'advisory lock example',
})

await connection.session(async (session) => {
  const lock = "hashtext('advisory lock example')"
  await session.query(`select pg_advisory_lock(${lock})`) // waits for its turn
  console.log('leading')
  for (let step = 1; step <= steps; step++) {
    // On this very session: if it is lost, so is the lock, and the step rejects instead of being done by two.
    const { rows } = await session.query<{ at: string }>(
      'select clock_timestamp()::text as at, pg_sleep(0.05)',
    )
    console.log(`step ${step} at ${rows[0]?.at}`)
  }
  await session.query(`select pg_advisory_unlock(${lock})`)
  console.log('stepped down')
})
