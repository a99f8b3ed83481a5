// PostgreSQL in this process: pg speaks its protocol with PGlite in place of a socket.
import { resolve } from 'node:path'
import pg from 'pg'
import type { Driver, HostAddress, Wire, WireConfig, WireFact } from '../driver.ts'
import { pgDriver } from '../pg-driver.ts'
import type { PgClient } from '../pg-internals.ts'
import { PgWire } from '../pg-wire.ts'
import { PgliteDatabases } from './pglite-databases.ts'
import { PgliteStream } from './pglite-stream.ts'

const uriScheme = 'pglite://'
const place: HostAddress = { host: 'in-process', port: 0 }

const databases = new PgliteDatabases(async (folder) => {
  const { PGlite } = await import('@electric-sql/pglite')
  return folder === undefined ? new PGlite() : new PGlite(folder)
})

export const pgliteDriver: Driver = {
  name: 'pglite',
  uriScheme,
  place,
  capabilities: {
    cancel: false,
    sessions: false,
    notifications: 'process',
    outages: false,
    copyIn: false,
    tls: false,
  },

  open(config: WireConfig, report: (fact: WireFact) => void): Wire {
    const { connectionString, ...options } = config.client
    const isOurs = connectionString?.startsWith(uriScheme) === true
    const folder = isOurs ? connectionString.slice(uriScheme.length) : ''
    const stream = new PgliteStream((name) =>
      databases.join(folder === '' ? { name } : { folder: resolve(folder) }, config.owner),
    )
    const make = config.clientFactory ?? ((given) => new pg.Client(given))
    const uri = isOurs || connectionString === undefined ? {} : { connectionString }
    const client = make({ ...options, ...uri, stream: () => stream })
    return new PgliteWire(client as unknown as PgClient, stream, config, report)
  },

  prepareValues: pgDriver.prepareValues,

  release: (owner) => databases.release(owner),
}

/** So far, in this process. */
let sessions = 0

class PgliteWire extends PgWire {
  readonly #stream: PgliteStream

  constructor(client: PgClient, stream: PgliteStream, config: WireConfig, report: (fact: WireFact) => void) {
    super(client, { ...config, nameSuffix: `s${++sessions}` }, report)
    this.#stream = stream
  }

  override get host(): HostAddress {
    return place
  }

  override async cancel(): Promise<void> {
    this.#stream.cancel()
  }
}
