// Rows of a long answer one by one, as many at a time as wanted, or all that are left; the server keeps the rest.
//
//   DATABASE_URL=postgres://… npx tsx examples/cursor.ts
import { connect } from 'pg-supervisor'

await using connection = await connect(process.env['DATABASE_URL'] ?? 'postgres://localhost')

// By hand: nothing is asked before the first fetch, and nothing is left open after the block.
{
  await using cursor = connection.cursor<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'pg_catalog' order by tablename",
  )
  console.log(`first table: ${(await cursor.fetchOne())?.tablename}`)
  console.log(`and ${(await cursor.fetchMany(2)).map(({ tablename }) => tablename).join(', ')}`)
}

// Of a million rows only those are made that somebody reads, a hundred at a time.
let sum = 0
for await (const { n } of connection.cursor<{ n: number }>(
  'select n from generate_series(1, 1000000) n',
  [],
  {
    batchSize: 100,
  },
)) {
  if (n > 1000) break
  sum += n
}
console.log(`sum of the first thousand: ${sum}`)

// Other statements of the same transaction may run between two fetches.
await connection.transaction(async (tx) => {
  const cursor = tx.cursor<{ n: number }>('select n from generate_series(1, 3) n')
  for await (const { n } of cursor) {
    const { rows } = await tx.query<{ square: number }>('select $1::int * $1::int as square', [n])
    console.log(`${n} squared is ${rows[0]?.square}`)
  }
})
