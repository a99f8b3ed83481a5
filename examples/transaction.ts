// All or nothing: what a transaction does is stored when its callback resolves, and forgotten when it rejects.
//
//   DATABASE_URL=postgres://… npx tsx examples/transaction.ts
import { connect } from 'pg-supervisor'

await using connection = await connect(process.env['DATABASE_URL'] ?? 'postgres://localhost')

await connection.transaction(async (tx) => {
  await tx.query('create table example_numbers (x int)')
  await tx.query('insert into example_numbers values ($1)', [1])
})

await connection
  .transaction(async (tx) => {
    await tx.query('insert into example_numbers values ($1)', [2])
    throw new Error('changed my mind')
  })
  .catch((error: Error) => console.log(`rolled back: ${error.message}`))

const { rows } = await connection.query<{ x: number }>('select x from example_numbers')
console.log(`stored: ${rows.map(({ x }) => x).join(', ')}`)
console.log(`dropped: ${(await connection.query('drop table example_numbers')).command}`)
