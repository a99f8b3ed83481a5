// Run as a process of its own: uses a database in a folder, and then has nothing more to do.
import { connect } from '../../src/index.ts'

const [doing, connectionString = ''] = process.argv.slice(2)
const connection = await connect({ driver: 'pglite', connectionString, connectTimeoutMs: 60_000 })
if (doing === 'writes') {
  await connection.query(`create table note as select 'kept'::text as word`)
  process.stdout.write('written\n')
} else {
  const { rows } = await connection.query('table note')
  process.stdout.write(`${JSON.stringify(rows)}\n`)
}
await connection.end()
