// Connects, asks one question and prints the answer.
//
//   DATABASE_URL=postgres://… npx tsx examples/basic.ts
import { connect } from 'pg-supervisor'

await using connection = await connect(process.env['DATABASE_URL'] ?? 'postgres://localhost')

const { rows, rowCount } = await connection.query<{ tablename: string }>(
  "select tablename from pg_tables where schemaname = 'pg_catalog' order by tablename",
)
console.log(`${rowCount} tables, the first of them: ${rows[0]?.tablename}`)
