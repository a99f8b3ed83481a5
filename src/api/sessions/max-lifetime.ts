import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind, duration, isObject, type OptionKind } from '../options/option-kind.ts'
import { unrefing } from '../unrefing-clock.ts'
import type { Monitor } from './monitor.ts'

/** How old a session may become. */
export interface MaxLifetimeOptions {
  /** Milliseconds from when the session is usable. */
  ms: number
  /** The part of `ms` by which a session may end early, drawn anew for each. Default 0.1. */
  jitter?: number
  /** A source of numbers in [0, 1). Default Math.random. */
  random?: () => number
}

const fraction: OptionKind = {
  wanted: 'a number from 0 to 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
}
const source: OptionKind = { wanted: 'a function', holds: (value) => typeof value === 'function' }

/**
 * Replaces a session that has become old, when it is idle, so that nothing fails: what its server process has cached goes with
 * it, and a host name that leads elsewhere by now is followed. Sessions that began together do not end together. It does not
 * keep the process alive.
 *
 * @throws {InvalidOptionError} unless `ms` is more than 0 and at most what a timer takes, 2 147 483 647.
 *
 * @example
 * ```ts
 * import { connect, heartbeat, maxLifetime } from 'pg-supervisor'
 *
 * const connection = await connect({ monitors: [heartbeat(), maxLifetime({ ms: 3_600_000 })] })
 * ```
 */
export function maxLifetime(options: MaxLifetimeOptions): Monitor {
  if (!isObject(options)) throw invalidOption('maxLifetime', 'an object', options)
  checkNames(options, ['ms', 'jitter', 'random'])
  const { ms, jitter = 0.1, random = Math.random } = options
  checkKind('ms', ms, duration)
  checkKind('jitter', jitter, fraction)
  checkKind('random', random, source)
  return {
    name: 'maxLifetime',
    start: ({ clock, retire }) => {
      const timers = unrefing(clock)
      const lifetimeMs = ms * (1 - jitter * random())
      const timer = timers.setTimeout(() => retire(`older than ${Math.round(lifetimeMs)} ms`), lifetimeMs)
      return () => timers.clearTimeout(timer)
    },
  }
}
