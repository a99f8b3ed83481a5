// COPY, in and out, by the streams of pg-copy-streams: on a session, where everything else waits, or by pg's own client on a
// connection that is not pipelined.
//
//   npm install pg-copy-streams
//   DATABASE_URL=postgres://… npx tsx examples/copy.ts
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from, to } from 'pg-copy-streams'
import { connect } from 'pg-supervisor'

const connectionString = process.env['DATABASE_URL'] ?? 'postgres://localhost'
await using connection = await connect({ connectionString })

await connection.session(async (session) => {
  await session.query('create temporary table planet (name text, moons int)')

  const source = Readable.from(['Earth\t1\n', 'Mars\t2\n', 'Venus\t0\n'])
  const planets = session.query(from('copy planet from stdin'))
  await pipeline(source, planets)
  console.log(`in: ${planets.rowCount} rows`)

  const lines = session.query(to('copy (select name from planet where moons > 0 order by name) to stdout'))
  for await (const chunk of lines) console.log(`out: ${String(chunk).trim()}`)
})

await using plain = await connect({ connectionString, pipeline: false })
await plain.query('create temporary table planet (name text, moons int)')
// Nothing repeats or explains what is done with the client itself; only the connection's recovery is as ever.
const copied = plain.unsafeClient?.query(from('copy planet from stdin'))
if (copied !== undefined) await pipeline(Readable.from(['Jupiter\t95\n']), copied)
const { rows } = await plain.query('select name, moons from planet')
console.log(`by the client: ${rows[0].name} has ${rows[0].moons} moons`)
