// Run as a process of its own, to be stopped and let go on: waits for one statement, and tells what was lost meanwhile.
import { connect, heartbeat } from '../../src/index.ts'

const [url = '', seconds = ''] = process.argv.slice(2)
const say = (word: string) => process.stdout.write(`${word}\n`)
const monitors = [heartbeat({ idleMs: 100, timeoutMs: 1000 })]
const connection = await connect({ connectionString: url, monitors, application_name: 'waiting process' })
connection.on('lost', ({ failure }) => say(`lost: ${failure.message}`))
say('waiting')
await connection.query(`select pg_sleep(${Number(seconds)})`).then(
  () => say('answered'),
  (error: Error) => say(`failed: ${error.message}`),
)
await connection.end()
