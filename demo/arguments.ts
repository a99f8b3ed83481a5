import { parseArgs } from 'node:util'

export const usage = `
  npm run demo                        everything, on a PostgreSQL of its own
  npm run demo -- --url postgres://…  on a server of yours: there it makes one table, kills
                                      only its own session, and drops the table again
  npm run demo -- --driver pglite     without any server: PostgreSQL in this process, which
                                      shows queries, transactions and notifications
  npm run demo -- --no-inspect        without the page that shows it
  npm run demo -- --help              this

  It ends with code 0 when nothing was lost, 1 when something was, 2 when it could not run.
  NO_COLOR=1 switches colours off.
`

export interface Wishes {
  readonly help: boolean
  /** The user's own server. */
  readonly url: string | undefined
  readonly driver: 'pg' | 'pglite'
  /** A page to watch it on. */
  readonly inspect: boolean
}

/** @throws {Error} in words for the user */
export function readArguments(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      driver: { type: 'string' },
      inspect: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h' },
    },
    allowNegative: true,
  })
  const { url, driver = 'pg', inspect, help = false } = values
  if (driver !== 'pg' && driver !== 'pglite') throw new Error('--driver wants pg or pglite')
  if (driver === 'pglite' && url !== undefined) throw new Error('--driver pglite goes to no --url')
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url))
    throw new Error('--url wants an address such as postgres://user:password@localhost:5432/database')
  return { help, url, driver, inspect }
}
