import type { ClientConfig } from 'pg'
import { systemClock } from '../../backoff/clock.ts'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { socketByOrder, socketToAddress } from '../../drivers/directed-socket.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { shuffled } from '../../topology/shuffle.ts'
import type { Target } from '../../topology/target.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import type { HostPlan, Settings } from '../settings.ts'
import { clientOptions } from './client-options.ts'
import { readConnectionString } from './connection-string.ts'
import { readDestination } from './destination.ts'
import {
  readAutoPrepare,
  readMonitors,
  readReconnect,
  readServerSettings,
  readWhileDown,
} from './own-readings.ts'
import { type PgOptions, pgOptionKinds } from './pg-options.ts'
import { readDriver } from './read-driver.ts'
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
  const { address, plan, isDirected, isRandom } = readDestination(options, said, driver.place)
  const client = clientOptions(pgOptionsOf(options), said, streamTo(isRandom, random))
  checkDirectTls(client())
  return Object.freeze({
    driver,
    readClient: isDirected ? (target = address) => client(target) : () => client(),
    address,
    hosts: plan,
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
    connectTimeoutMs: options.connectTimeoutMs ?? timeoutOfAll(said?.connectTimeoutMs, plan) ?? 10_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
    verifiesCommits: options.verifyCommit ?? false,
    hasDeadMan: options.deadManSettings ?? true,
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

/** What leads pg's client past its own look-up of the name. */
const streamTo =
  (isRandom: boolean, random: () => number) =>
  ({ hostaddr, host }: Target): PgOptions => {
    if (hostaddr !== undefined) return { stream: () => socketToAddress(hostaddr) }
    if (!isRandom || host.startsWith('/')) return {}
    return { stream: () => socketByOrder((addresses) => shuffled(addresses, random)) }
  }

/** libpq gives each host so long. */
const timeoutOfAll = (ms: number | undefined, plan: HostPlan | undefined): number | undefined =>
  ms === undefined ? undefined : Math.min(ms * (plan?.targets.length ?? 1), longestDelayMs)

/** pg would throw at the first session. */
function checkDirectTls({ sslnegotiation, ssl, connectionString }: ClientConfig): void {
  if (sslnegotiation !== 'direct' || connectionString !== undefined) return
  const isOn =
    ssl ??
    ['prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'].includes(process.env['PGSSLMODE'] ?? '')
  if (isOn === false) throw invalidOption('sslnegotiation', "'postgres', unless `ssl` is on", sslnegotiation)
}
