import { exponentialBackoff } from '../backoff/exponential.ts'
import { checkFunction, checkNames } from '../errors/check-option.ts'
import type { Failure } from '../errors/failure.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { defaultDeathChecker } from './default-death-checker.ts'
import { defaultHopelessChecker } from './default-hopeless-checker.ts'
import { type ReconnectOptions, reconnectOptionNames } from './reconnect-options.ts'

/**
 * `ReconnectOptions` as a class, to subclass as in txpostgres: override what should differ and pass an
 * instance as `reconnect`. It keeps no state of any connection, so one instance may serve many.
 *
 * @throws {InvalidOptionError} when an option is not known or is no function.
 *
 * @example
 * ```ts
 * import { connect, DeadConnectionDetector, type Failure } from 'pg-supervisor'
 *
 * class FollowsThePrimary extends DeadConnectionDetector {
 *   override isDead(failure: Failure): boolean {
 *     return failure.code === '25006' || super.isDead(failure)
 *   }
 * }
 *
 * const connection = await connect({ reconnect: new FollowsThePrimary() })
 * ```
 */
export class DeadConnectionDetector implements ReconnectOptions {
  readonly #options: ReconnectOptions

  constructor(options: ReconnectOptions = {}) {
    if (typeof options !== 'object' || options === null)
      throw invalidOption('reconnect', 'an object', options)
    checkNames(options, reconnectOptionNames, 'reconnect.')
    for (const name of reconnectOptionNames) {
      if (options[name] !== undefined) checkFunction(`reconnect.${name}`, options[name])
    }
    this.#options = options
    // Bound, so that `anyOf(detector.isDead, …)` works; overriding works as ever.
    this.isDead = this.isDead.bind(this)
    this.isHopeless = this.isHopeless.bind(this)
    this.backoff = this.backoff.bind(this)
  }

  isDead(failure: Failure): boolean {
    return this.#options.isDead ? this.#options.isDead(failure) : defaultDeathChecker(failure)
  }

  isHopeless(failure: Failure): boolean {
    return this.#options.isHopeless ? this.#options.isHopeless(failure) : defaultHopelessChecker(failure)
  }

  backoff(): Iterable<number> {
    return this.#options.backoff ? this.#options.backoff() : exponentialBackoff()
  }
}
