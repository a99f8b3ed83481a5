// npm run inspect: a PostgreSQL of its own behind a cable that can be cut, connections and a pool with something to do, and the
// page to watch them.
import { parseArgs } from 'node:util'
import { type Postgres, startPostgres } from '../embedded/postgres.ts'
import { openInBrowser } from '../src/cli/open-in-browser.ts'
import { openProxy, type TcpProxy } from '../test/support/tcp-proxy.ts'
import { buildPage } from './build-page.ts'
import { type Faults, ownFaults } from './inspect/chaos.ts'
import { startInspector } from './inspect/start.ts'
import { busyLife } from './play-workload.ts'

const { values: flags } = parseArgs({
  options: {
    'allow-chaos': { type: 'boolean' },
    'show-sql': { type: 'boolean' },
    open: { type: 'boolean', default: process.stdout.isTTY },
  },
  allowNegative: true,
})

await using server = await startPostgres()
using cable = await openProxy({ host: server.host, port: server.port })
await using inspector = await startInspector({
  page: await buildPage(),
  faults: { ...ownFaults, ...faultsOf(cable, server) },
  allowChaos: flags['allow-chaos'] === true,
  showSql: flags['show-sql'] === true,
  isPrincipal: true,
})
const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})
await using _life = await busyLife(cable.urlOf(server.url))
console.log(
  `\n  ${inspector.address}\n\n  Connections, a pool and a supervisor are at work. End with Ctrl+C.\n`,
)
if (flags.open) openInBrowser(inspector.address)
await ended

/** The cable is everybody's: these meet all connections. */
function faultsOf(proxy: TcpProxy, postgres: Postgres): Faults {
  return {
    blackHole: { label: 'Black hole', strike: () => proxy.blackhole() },
    delay: { label: 'Delay 250 ms', strike: () => proxy.latency(250) },
    refuse: {
      label: 'Refuse',
      strike: () => {
        proxy.refuse()
        proxy.cut()
      },
    },
    restart: {
      label: 'Restart server',
      strike: async () => {
        await postgres.stop('fast')
        await postgres.start()
      },
    },
    mend: {
      label: 'Mend cable',
      strike: async () => {
        proxy.pass()
        await proxy.listen()
      },
    },
  }
}
