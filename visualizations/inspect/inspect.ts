// `pg-supervisor/inspect`: the page that shows connections at work, served from inside of the application.
import { readFile } from 'node:fs/promises'
import { checkNames } from '../../src/errors/check-option.ts'
import { invalidOption } from '../../src/errors/invalid-option-error.ts'
import type { Connection, Pool, Supervisor } from '../../src/index.ts'
import { ownFaults } from './chaos.ts'
import { startInspector } from './start.ts'

/** What can be looked at. */
export type Inspectable = Connection | Pool | Supervisor<{ connect(): Promise<unknown>; close(): unknown }>

/** What {@link inspect} takes; all of it may be left out. */
export interface InspectOptions {
  /** Connections, pools and supervisors made before; those made afterwards are found by themselves. */
  connections?: readonly Inspectable[]
  /** Shows statements in full; their values are never shown. Default false: the first keyword, and a mark of the text. */
  showSql?: boolean
  /** Lets the page kill backends and drop sockets. Never where NODE_ENV is production. Default false: read-only. */
  allowChaos?: boolean
  /** Starts although NODE_ENV is production. Default false. */
  force?: boolean
  /** The text of a recorded trace (`recordTrace`), to be shown as well. */
  trace?: string
  /** Does not print the address. Default false: one line on stderr. */
  quiet?: boolean
}

/** The inspector at work. It does not keep the process alive. */
export interface Inspector extends AsyncDisposable {
  /** Of the page: 127.0.0.1, a port of its own, and the token that lets you in. Whoever has it sees what the page shows. */
  readonly address: string
  /** Shows a connection, a pool or a supervisor that was made before the inspector. */
  watch(inspectable: Inspectable): void
  /** Stops watching and serving. */
  close(): Promise<void>
}

/**
 * Opens a page that shows every connection, pool and supervisor of this process from now on: states, chart, events, timeline,
 * queue. For development: each event costs about 0.1 ms while it runs.
 *
 * @example
 * ```ts
 * import { connect } from 'pg-supervisor'
 * import { inspect } from 'pg-supervisor/inspect'
 *
 * await inspect() // prints http://127.0.0.1:…/#token=…
 * const connection = await connect('postgres://localhost/app')
 * ```
 *
 * @throws {InvalidOptionError} for options it does not know, and without `force` where NODE_ENV is production
 */
export async function inspect(options: InspectOptions = {}): Promise<Inspector> {
  check(options)
  const page = await readFile(new URL('./page.html', import.meta.url), 'utf8')
  const inspector = await startInspector({ ...options, page, faults: ownFaults })
  if (options.quiet !== true) process.stderr.write(`pg-supervisor inspector: ${inspector.address}\n`)
  return inspector
}

const switches = ['showSql', 'allowChaos', 'force', 'quiet'] as const

function check(options: InspectOptions): void {
  checkNames(options, ['connections', 'trace', ...switches])
  for (const name of switches) {
    const value: unknown = options[name]
    if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, 'a boolean', value)
  }
  const { connections, trace } = options as { connections?: unknown; trace?: unknown }
  if (trace !== undefined && typeof trace !== 'string') throw invalidOption('trace', 'a text', trace)
  if (connections !== undefined && !Array.isArray(connections))
    throw invalidOption('connections', 'an array of connections', connections)
}
