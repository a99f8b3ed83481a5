import { type Clock, systemClock } from '../../backoff/clock.ts'
import { type ReconnectOptions, reconnectOptionNames } from '../../detectors/reconnect-options.ts'
import { checkFunction, checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind } from '../options/option-kind.ts'
import { ownOptionKinds } from '../options/own-options.ts'
import { readReconnect } from '../options/own-readings.ts'

/** What can be supervised. */
export interface Resource {
  connect(): Promise<unknown>
  close(): unknown
}

/** Who judges, when to try again, and whose time it is. */
export interface SupervisorOptions extends ReconnectOptions {
  /** The most that one connect() may take, and all recovery handlers together. Default 10_000. */
  connectTimeoutMs?: number
  clock?: Clock
}

/** @throws {InvalidOptionError} */
export function checkResource(resource: unknown): void {
  const { connect, close } = (resource ?? {}) as Partial<Resource>
  if (typeof connect !== 'function' || typeof close !== 'function')
    throw invalidOption('resource', 'something with connect() and close()', resource)
}

/** @throws {InvalidOptionError} */
export function readOptions(options: SupervisorOptions) {
  checkNames(options, [...reconnectOptionNames, 'connectTimeoutMs', 'clock'])
  const { connectTimeoutMs = 10_000, clock = systemClock } = options
  for (const name of reconnectOptionNames) {
    if (options[name] !== undefined) checkFunction(name, options[name])
  }
  checkKind('connectTimeoutMs', connectTimeoutMs, ownOptionKinds.connectTimeoutMs)
  checkKind('clock', clock, ownOptionKinds.clock)
  // The methods of an instance keep their `this`.
  const { isDead, isHopeless, backoff } = options
  const methods = {
    isDead: isDead?.bind(options),
    isHopeless: isHopeless?.bind(options),
    backoff: backoff?.bind(options),
  }
  return { connectTimeoutMs, clock, judges: readReconnect(methods as ReconnectOptions, Math.random) }
}
