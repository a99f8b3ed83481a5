// The same program on a server, or on a PostgreSQL in this very process: the environment says which.
//
//   DATABASE_URL=postgres://…         npx tsx examples/driver-choice.ts
//   PG_SUPERVISOR_DRIVER=pglite       npx tsx examples/driver-choice.ts
import { connect, InvalidOptionError } from 'pg-supervisor'

try {
  await using connection = await connect({
    connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost/example',
    connectTimeoutMs: 60_000, // the first start of a PGlite makes a cluster
  })
  const { rows } = await connection.query<{ version: string }>(
    "select split_part(version(), ' ', 1) as version",
  )
  const driver = process.env['PG_SUPERVISOR_DRIVER'] ?? 'pg'
  console.log(`${driver} speaks to ${rows[0]?.version} ${connection.serverVersion}`)
} catch (error) {
  // Unknown, not installed, or refused: told at once, and nothing else is tried instead.
  if (!(error instanceof InvalidOptionError)) throw error
  console.log(error.message)
}
