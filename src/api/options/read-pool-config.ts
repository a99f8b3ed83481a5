// A pool's configuration: its own options, and those that its connections are made with.
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { Connection } from '../connection.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import type { PoolConfig } from '../pool/pool-config.ts'
import type { PoolSettings } from '../pool/pool-settings.ts'
import {
  callable,
  checkKinds,
  count,
  countOrNone,
  duration,
  durationOrNone,
  isObject,
  type OptionKind,
} from './option-kind.ts'
import { isPlainObject } from './own-options.ts'
import { readConfig } from './read-config.ts'
import { knownNames, readOnce, refuseUnknown } from './take-options.ts'

type PoolOptions = Omit<PoolConfig, keyof ConnectionConfig>

const poolOptionKinds = {
  min: countOrNone,
  max: count,
  acquireTimeoutMs: duration,
  idleTimeoutMs: durationOrNone,
  maxLifetimeMs: durationOrNone,
  waitLimit: count,
  leakThresholdMs: durationOrNone,
  reconnectRate: {
    wanted: 'attempts per second, more than 0',
    holds: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  },
  connectionFactory: callable,
} satisfies Record<keyof PoolOptions, OptionKind>

const poolOptionNames = Object.keys(poolOptionKinds)

/** Pools without a name, so far. */
let unnamed = 0

/**
 * Reads a pool's configuration, once.
 *
 * @throws {InvalidOptionError} for everything that is of the wrong type, out of range, unknown or malformed, in the options
 * of its connections too.
 */
export function readPoolConfig(config?: string | PoolConfig): PoolSettings {
  const given: unknown = typeof config === 'string' ? { connectionString: config } : (config ?? {})
  if (config === null || !isObject(given))
    throw invalidOption('config', 'a connection string or an object', config)
  if (isPlainObject(given)) refuseUnknown(Object.keys(given), [...poolOptionNames, ...knownNames])
  const own = readOnce(given, poolOptionNames)
  checkKinds(own, poolOptionKinds)
  const { min = 0, max = 10, ...options } = own as PoolOptions
  if (min > max) throw invalidOption('min', `at most \`max\`, which is ${max}`, min)
  const forConnections = readOnce(given, knownNames) as ConnectionConfig
  // What is wrong in them is told now, and not by the first connection; this reading takes no number of theirs.
  const connection = readConfig({ ...forConnections, name: forConnections.name ?? 'a pool' })
  const name = forConnections.name ?? `pool ${++unnamed}`
  const { connectionFactory = (each: ConnectionConfig) => new Connection(each) } = options
  return {
    name,
    min,
    max,
    acquireTimeoutMs: options.acquireTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    maxLifetimeMs: options.maxLifetimeMs ?? 1_800_000,
    waitLimit: options.waitLimit ?? 10_000,
    leakThresholdMs: options.leakThresholdMs ?? 0,
    reconnectRate: options.reconnectRate,
    waitMs: connection.waitMs,
    // Whether anybody waits is decided by the pool: a member that is down is not asked.
    makeConnection: (each) => connectionFactory({ ...forConnections, name: each, whileDown: 'reject' }),
    connection,
    clock: connection.clock,
    random: connection.random,
  }
}
