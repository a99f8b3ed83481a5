import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Connection } from '../api/connection.ts'
import type { Command } from './commands.ts'
import { openInBrowser } from './open-in-browser.ts'

const usage = `usage: pg-supervisor inspect [options] [trace.ndjson]

Opens a page that shows a recorded trace, or a connection at work.
  --url postgres://…  shows a supervised connection to that server
  --show-sql          shows statements in full; values are never shown
  --allow-chaos       lets the page kill the backend and drop the socket
  --no-open           only prints the address
To see the connections of your application, call inspect() of pg-supervisor/inspect in it.`

/** As the package's own entry point has it, which is built beside this. */
interface InspectModule {
  inspect(options: {
    connections: readonly Connection[]
    showSql: boolean
    allowChaos: boolean
    quiet: boolean
    trace?: string
  }): Promise<{ readonly address: string; close(): Promise<void> }>
}

export const inspect: Command = {
  summary: 'open the inspector on a trace or a server',
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        'show-sql': { type: 'boolean', default: false },
        'allow-chaos': { type: 'boolean', default: false },
        open: { type: 'boolean', default: process.stdout.isTTY },
      },
      allowNegative: true,
      allowPositionals: true,
    })
    const [file, ...others] = positionals
    if (others.length > 0) {
      terminal.err(`${usage}\n`)
      return 2
    }
    const trace = file === undefined ? undefined : await read(file).catch(() => null)
    if (trace === null) {
      terminal.err(`${file}: there is no such file to read\n`)
      return 2
    }
    const { url } = values
    const connection =
      url === undefined ? undefined : new Connection({ connectionString: url, name: 'inspected' })
    const module = (await import(new URL('../inspect/inspect.js', import.meta.url).href)) as InspectModule
    const inspector = await module.inspect({
      connections: connection === undefined ? [] : [connection],
      showSql: values['show-sql'],
      allowChaos: values['allow-chaos'],
      quiet: true,
      ...(trace === undefined ? {} : { trace }),
    })
    terminal.out(`${inspector.address}\nEnd with Ctrl+C.\n`)
    if (values.open) openInBrowser(inspector.address)
    connection?.connect().catch((error: unknown) => terminal.err(`${(error as Error).message}\n`))
    await interrupted()
    await Promise.all([inspector.close(), connection?.end()])
    return 0
  },
}

const read = (file: string): Promise<string> => readFile(file, 'utf8')

/** The inspector keeps no process alive, so waiting does. */
async function interrupted(): Promise<void> {
  const alive = setInterval(() => undefined, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(alive)
}
