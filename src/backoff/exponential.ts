import { checkFunction, checkNames, checkNumber } from '../errors/check-option.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { longestDelayMs } from './longest-delay.ts'

/** The shape of an exponential schedule; all in milliseconds. */
export interface ExponentialBackoffOptions {
  /** What the first growth starts from; itself never a delay. Default 100. */
  initialDelayMs?: number
  /** Default 10_000; 0 = no cap. */
  maxDelayMs?: number
  /** At least 1. Default 1.7. */
  factor?: number
  /** Share of each delay that is left to chance, 0 to 1. Default 0.5. */
  jitter?: number
  /** The immediate one counts. Default 0 = no limit. */
  maxAttempts?: number
  /** Begin with a delay of 0. Default true. */
  immediate?: boolean
  /** Default Math.random. */
  random?: () => number
}

/**
 * Delays in milliseconds that grow by a factor up to a cap: with the defaults and no jitter 0, 170, 289,
 * 491.3 … 10 000. This is txpostgres' schedule, except that chance never feeds the next delay and still
 * spreads delays at the cap: each delay d is drawn uniformly from [d·(1 − jitter), d].
 *
 * @throws {InvalidOptionError} at once, not at the first delay.
 *
 * @example
 * ```ts
 * import { connect, exponentialBackoff } from 'pg-supervisor'
 *
 * // For ten attempts, then dead.
 * const connection = await connect({ reconnect: { backoff: () => exponentialBackoff({ maxAttempts: 10 }) } })
 * ```
 */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): Generator<number> {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('exponentialBackoff', 'an object', options)
  }
  checkNames(options, Object.keys(defaults))
  const complete = { ...defaults, ...withoutUndefined(options) }
  const { initialDelayMs, maxDelayMs, factor, jitter, maxAttempts, immediate, random } = complete
  checkNumber('initialDelayMs', initialDelayMs, 'milliseconds, 0 or more', isFiniteFrom(0))
  checkNumber('maxDelayMs', maxDelayMs, 'milliseconds, 0 (no cap) or more', isFiniteFrom(0))
  checkNumber('factor', factor, 'a number of at least 1', isFiniteFrom(1))
  checkNumber('jitter', jitter, 'a number from 0 to 1', (number) => number >= 0 && number <= 1)
  checkNumber('maxAttempts', maxAttempts, 'a whole number, 0 (no limit) or more', isCount)
  if (typeof immediate !== 'boolean') throw invalidOption('immediate', 'true or false', immediate)
  checkFunction('random', random)
  return delays(complete)
}

const defaults: Required<ExponentialBackoffOptions> = {
  initialDelayMs: 100,
  maxDelayMs: 10_000,
  factor: 1.7,
  jitter: 0.5,
  maxAttempts: 0,
  immediate: true,
  random: Math.random,
}

function* delays(options: Required<ExponentialBackoffOptions>): Generator<number> {
  const { factor, jitter, random } = options
  const cap = Math.min(options.maxDelayMs || longestDelayMs, longestDelayMs)
  const limit = options.maxAttempts || Number.POSITIVE_INFINITY
  let attempts = 0
  if (options.immediate) {
    yield 0
    attempts++
  }
  for (let delay = options.initialDelayMs; attempts < limit; attempts++) {
    delay = Math.min(delay * factor, cap)
    yield delay * (1 - jitter * random())
  }
}

const isFiniteFrom = (least: number) => (number: number) => Number.isFinite(number) && number >= least
const isCount = (number: number) => Number.isSafeInteger(number) && number >= 0

function withoutUndefined(options: ExponentialBackoffOptions): ExponentialBackoffOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
