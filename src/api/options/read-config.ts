import type { ClientConfig } from 'pg'
import { systemClock } from '../../backoff/clock.ts'
import type { HostAddress } from '../../drivers/driver.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import type { Settings } from '../settings.ts'
import { clientOptions } from './client-options.ts'
import { readConnectionString } from './connection-string.ts'
import {
  readAutoPrepare,
  readMonitors,
  readReconnect,
  readServerSettings,
  readWhileDown,
} from './own-readings.ts'
import { pgOptionKinds } from './pg-options.ts'
import { readDriver } from './read-driver.ts'
import type { Said } from './said.ts'
import { type TakenOptions, takeOptions } from './take-options.ts'

/** Connections without a name, so far; errors and logs tell them apart by it. */
let unnamed = 0

/**
 * Reads a configuration, once: what becomes of the user's objects later changes nothing, and they are not changed.
 *
 * What a connection string says wins over options beside it. pg goes further with a URI: it takes user, password,
 * host, port and database from it and the PG* variables alone, even those the URI leaves out.
 *
 * @returns settings that show no secret to inspection or JSON. `readClient` makes a fresh object at each call.
 * @throws {InvalidOptionError} for everything that is of the wrong type, out of range, unknown or malformed.
 */
export function readConfig(config?: string | ConnectionConfig): Settings {
  const { connectionString = '', ...options } = takeOptions(config)
  const driver = readDriver(options.driver)
  const said = readConnectionString(connectionString, driver.uriScheme)
  const random = options.random ?? Math.random
  const client = clientOptions(pgOptionsOf(options), said)
  checkDirectTls(client())
  return Object.freeze({
    driver,
    readClient: client,
    address: driver.place ?? addressOf(options, said),
    clientFactory: options.clientFactory,
    rowMode: options.rowMode ?? 'object',
    mapRow: options.mapRow,
    settings: readServerSettings(options.settings),
    setup: options.setup,
    ...readReconnect(options.reconnect, random),
    monitors: readMonitors(options.monitors),
    waitMs: readWhileDown(options.whileDown),
    isPipelined: options.pipeline ?? true,
    preparedLimit: readAutoPrepare(options.autoPrepare),
    queueLimit: options.queueLimit ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? said?.connectTimeoutMs ?? 10_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
    verifiesCommits: options.verifyCommit ?? false,
    allowExitOnIdle: options.allowExitOnIdle ?? false,
    inspect: options.inspect,
    logger: options.logger,
    clock: options.clock ?? systemClock,
    random,
    // Last: a refused configuration takes no number.
    name: options.name ?? `connection ${++unnamed}`,
  } as const)
}

function pgOptionsOf(options: TakenOptions) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(pgOptionKinds, name)))
}

/** As pg finds it (lib/connection-parameters.js): an empty word is none. */
function addressOf(options: TakenOptions, said: Said | undefined): HostAddress {
  const beside = said?.uri === undefined ? options : {}
  return {
    host: said?.host || beside.host || process.env['PGHOST'] || 'localhost',
    port: Number(said?.port || beside.port || process.env['PGPORT'] || 5432),
  }
}

/** pg would throw at the first session. */
function checkDirectTls({ sslnegotiation, ssl, connectionString }: ClientConfig): void {
  if (sslnegotiation !== 'direct' || connectionString !== undefined) return
  const isOn =
    ssl ??
    ['prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'].includes(process.env['PGSSLMODE'] ?? '')
  if (isOn === false) throw invalidOption('sslnegotiation', "'postgres', unless `ssl` is on", sslnegotiation)
}
