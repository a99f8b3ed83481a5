// Listens to a channel and looks for tables with the payload in their name.
//
//   DATABASE_URL=postgres://… npx tsx examples/notify.ts
//   notify list, 'user';
import { connect, type Notification } from 'pg-supervisor'

await using connection = await connect({
  connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost',
  application_name: 'notify example',
  whileDown: { waitMs: 60_000 },
})

/** Is awaited before its next call, so the answers come in the order of the notifications. */
async function search({ payload }: Notification): Promise<void> {
  const { rows } = await connection.query<{ tablename: string }>(
    "select tablename from pg_tables where position($1 in tablename) > 0 and schemaname = 'pg_catalog' order by 1",
    [payload],
  )
  console.log(`Tables with '${payload}' in their name: ${rows.map(({ tablename }) => tablename).join(', ')}`)
}

const list = await connection.listen('list', search)
connection.on('gap', () => console.log('Listening again; something may have been missed'))
console.log("Listening on the 'list' channel")

await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
await list.close()
