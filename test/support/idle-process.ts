// Run as a process of its own: does with one connection what it is told, and then has nothing more to do. Whether it ends by
// itself is what the test wants to know.
import { connect } from '../../src/index.ts'

const [doing, url = '', allowed] = process.argv.slice(2)
const connection = await connect({ connectionString: url, allowExitOnIdle: allowed === 'allowed' })
const say = (word: string) => process.stdout.write(`${word}\n`)

if (doing === 'listens') {
  await connection.listen('idle', () => say('heard'))
  await Promise.all([1, 2, 3, 4, 5].map(() => connection.query('select 1')))
} else if (doing === 'leaves a query in flight') {
  void connection.query('select pg_sleep(0.3)').then(() => say('answered'))
} else if (doing === 'leaves a transaction open') {
  void connection
    .transaction(async (tx) => {
      await tx.query('select pg_sleep(0.1)')
      await tx.query('select pg_sleep(0.1)')
    })
    .then(() => say('committed'))
} else if (doing === 'comes back after a while') {
  await connection.query('select 1')
  setTimeout(() => {
    void connection.query('select pg_sleep(0.1)').then(() => say('answered'))
  }, 150)
} else if (doing === 'is ready again after a loss') {
  await connection.query('select pg_terminate_backend(pg_backend_pid())').catch(() => say('lost'))
  await connection.ready()
  say('ready')
} else if (doing === 'ends') {
  await connection.query('select 1')
  await connection.end()
}
say('done')
