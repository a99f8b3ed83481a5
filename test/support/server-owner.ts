// Run as a process of its own: starts a server, says so on stdout, and then ends (or waits to be ended) as it is told.
import { startPostgres } from '../../embedded/postgres.ts'

const [ending, template] = process.argv.slice(2)
const server = await startPostgres(template ? { template } : {})

if (ending === 'waits paused') server.pause()
if (ending === 'throws') {
  setImmediate(() => {
    throw new Error('nobody catches this')
  })
}
if (ending?.startsWith('waits')) setInterval(() => {}, 1000)
process.stdout.write('started\n', () => {
  if (ending === 'exits') process.exit(0)
})
