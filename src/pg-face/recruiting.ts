// Makes the connection behind a client, and has its client made as pg's pool would.
import pg, { type ClientConfig } from 'pg'
import { Connection } from '../api/connection.ts'
import type { ConnectionConfig } from '../api/connection-config.ts'
import { coreOf } from '../api/connection-readings.ts'
import { knownNames } from '../api/options/take-options.ts'
import type { StormLimit } from '../backoff/storm-limit.ts'
import { heard } from './client.ts'
import type { FaceSettings } from './face-settings.ts'
import type { ClientClass, PoolInternals } from './pool-internals.ts'

type Govern = (hostKey: string, limit: StormLimit, connection: Connection) => StormLimit

export class Recruiting {
  readonly #pool: PoolInternals
  readonly #settings: FaceSettings
  readonly #govern: Govern
  /** Read with the first one: what pg finds wrong in a configuration it says at connect(). */
  #destination: ConnectionConfig | undefined
  #number = 0

  constructor(pool: PoolInternals, settings: FaceSettings, govern: Govern) {
    this.#pool = pool
    this.#settings = settings
    this.#govern = govern
  }

  /** Of one session: it does not come back when that is lost, for the pool makes another. */
  connection(): Connection {
    const { options } = this.#pool
    this.#destination ??= destinationOf(options)
    const { name, dialTimeoutMs, connection: ofSettings } = this.#settings
    const connection = new Connection({
      ...this.#destination,
      ...ofSettings,
      name: `${name} ${++this.#number}`,
      driver: 'pg',
      reconnect: false,
      pipeline: options['pipeline'] === true,
      autoPrepare: false,
      // As pg's pool: nothing is set or asked on a new session that its borrowers have not asked for.
      deadManSettings: false,
      connectTimeoutMs: dialTimeoutMs,
      clientFactory: (config) => this.#client(config),
    })
    coreOf(connection).wiring.govern = (hostKey, limit) => this.#govern(hostKey, limit, connection)
    return connection
  }

  #client(config: ClientConfig): pg.ClientBase {
    const { options, Client } = this.#pool
    const Class = heard(Client)
    if (!choosesAmongHosts(options)) return new Class(options) as unknown as pg.ClientBase
    const { connectionString: _, ...others } = options
    return new Class({ ...others, ...config }) as unknown as pg.ClientBase
  }
}

/** Where there is one server pg's own reading of the options counts, which is laxer than ours. */
function destinationOf(options: PoolInternals['options']): ConnectionConfig {
  if (choosesAmongHosts(options))
    return Object.fromEntries(
      knownNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
    )
  const { host, port } = new (pg.Client as unknown as ClientClass)({
    ...options,
    stream: undefined,
  }) as unknown as {
    host: string
    port: number
  }
  return { host, port }
}

/** A word of libpq's that pg does not know, in the options or in the connection string. */
function choosesAmongHosts(options: PoolInternals['options']): boolean {
  if (['hosts', 'targetSessionAttrs', 'loadBalanceHosts'].some((name) => options[name] !== undefined))
    return true
  const { connectionString } = options
  if (typeof connectionString !== 'string') return false
  const [, authority = ''] = /^\w+:\/\/([^/?#]*)/.exec(connectionString) ?? []
  return (
    authority.slice(authority.lastIndexOf('@') + 1).includes(',') ||
    /\b(?:target_session_attrs|load_balance_hosts)=/.test(connectionString)
  )
}
