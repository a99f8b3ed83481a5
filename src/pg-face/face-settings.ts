// What is read of a configuration: our own options, checked. pg's are passed on as they are, and read by pg.
import type { ConnectionConfig } from '../api/connection-config.ts'
import type { Logger } from '../api/logger.ts'
import {
  checkKinds,
  duration,
  durationOrNone,
  isObject,
  type OptionKind,
  oneOf,
} from '../api/options/option-kind.ts'
import { ownOptionKinds } from '../api/options/own-options.ts'
import { readWhileDown } from '../api/options/own-readings.ts'
import { type Clock, systemClock } from '../backoff/clock.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import type { PoolConfig } from './pool-config.ts'

export interface FaceSettings {
  readonly name: string
  /** How long somebody waits while the server is down; undefined = refused at once. */
  readonly waitMs: number | undefined
  /** 0 = none */
  readonly acquireTimeoutMs: number
  /** 0 = not looked for. */
  readonly leakThresholdMs: number
  readonly reconnectRate: number | undefined
  readonly cleanSessions: NonNullable<PoolConfig['cleanSessions']>
  readonly cleanTimeoutMs: number
  readonly dialTimeoutMs: number
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** Those of each session's connection that are not the pool's own. */
  readonly connection: ConnectionConfig
}

const kinds: Readonly<Record<string, OptionKind>> = {
  name: ownOptionKinds.name,
  logger: ownOptionKinds.logger,
  clock: ownOptionKinds.clock,
  random: ownOptionKinds.random,
  inspect: ownOptionKinds.inspect,
  monitors: ownOptionKinds.monitors,
  settings: ownOptionKinds.settings,
  whileDown: ownOptionKinds.whileDown,
  acquireTimeoutMs: durationOrNone,
  leakThresholdMs: durationOrNone,
  reconnectRate: {
    wanted: 'attempts per second, more than 0',
    holds: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  },
  cleanSessions: oneOf('suspicious', 'always', 'never'),
  cleanTimeoutMs: duration,
}

/** Pools without a name, so far. */
let unnamed = 0

/** @throws {InvalidOptionError} for options of ours that are of the wrong type or out of range */
export function readFaceConfig(config: unknown): FaceSettings {
  if (!isObject(config)) throw invalidOption('config', 'an object', config)
  const given: PoolConfig = config
  checkKinds(ours(given), kinds)
  const { leakThresholdMs = 0, cleanSessions = 'suspicious', clock = systemClock, logger } = given
  return {
    name: given.name ?? `pg pool ${++unnamed}`,
    waitMs: readWhileDown(given.whileDown),
    acquireTimeoutMs: given.acquireTimeoutMs ?? 0,
    leakThresholdMs,
    reconnectRate: given.reconnectRate,
    cleanSessions,
    cleanTimeoutMs: given.cleanTimeoutMs ?? 5_000,
    dialTimeoutMs: given.connectionTimeoutMillis || 10_000,
    clock,
    logger,
    connection: {
      ...pick(given, 'random', 'inspect', 'monitors', 'settings', 'allowExitOnIdle'),
      clock,
      ...(logger && { logger }),
    },
  }
}

const ours = (given: PoolConfig): object =>
  Object.fromEntries(
    Object.keys(kinds).flatMap((option) => {
      const value = given[option as keyof PoolConfig]
      return value === undefined ? [] : [[option, value]]
    }),
  )

const pick = (given: PoolConfig, ...names: (keyof PoolConfig & keyof ConnectionConfig)[]): ConnectionConfig =>
  Object.fromEntries(names.flatMap((each) => (given[each] === undefined ? [] : [[each, given[each]]])))
