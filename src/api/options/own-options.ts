// The supervisor's own options, at their outside; what is nested in them is read in read-config.ts.
import type { ClientConfig } from 'pg'
import type { ConnectionConfig } from '../connection-config.ts'
import { balancing, hosts, sessionAttrs } from './host-kinds.ts'
import {
  callable,
  count,
  duration,
  durationOrNone,
  flag,
  isObject,
  isText,
  type OptionKind,
  oneOf,
  text,
  withMethods,
} from './option-kind.ts'
import { driver } from './read-driver.ts'

type OwnOptions = 'connectionString' | 'pipeline' | Exclude<keyof ConnectionConfig, keyof ClientConfig>

export const monitor: OptionKind = {
  wanted: 'an object with a name and start()',
  holds: (value) =>
    withMethods('start').holds(value) && typeof (value as { name?: unknown }).name === 'string',
}

export const ownOptionKinds = {
  connectionString: text,
  hosts,
  targetSessionAttrs: sessionAttrs,
  loadBalanceHosts: balancing,
  maxStalenessMs: duration,
  name: { wanted: 'a string that is not empty', holds: (value) => isText(value) && value !== '' },
  driver,
  clientFactory: callable,
  rowMode: oneOf('object', 'array'),
  mapRow: callable,
  settings: { wanted: 'an object of names and strings', holds: isPlainObject },
  setup: callable,
  reconnect: {
    wanted: 'false or an object',
    holds: (value) => value === false || isObject(value),
  },
  monitors: { wanted: 'an array', holds: Array.isArray },
  whileDown: {
    wanted: "'reject' or an object with waitMs",
    holds: (value) => value === 'reject' || isObject(value),
  },
  pipeline: flag,
  autoPrepare: {
    wanted: 'true, false or an object with limit',
    holds: (value) => flag.holds(value) || isObject(value),
  },
  queueLimit: count,
  connectTimeoutMs: duration,
  statementTimeoutMs: durationOrNone,
  allowExitOnIdle: flag,
  verifyCommit: flag,
  deadManSettings: flag,
  inspect: callable,
  logger: withMethods('debug', 'info', 'warn', 'error'),
  clock: withMethods('now', 'setTimeout', 'clearTimeout'),
  random: callable,
} satisfies Record<OwnOptions, OptionKind>

/** Of an instance of a class nobody knows which members are meant; a Map would look empty. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
