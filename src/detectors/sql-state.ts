import { invalidOption } from '../errors/invalid-option-error.ts'
import type { DeathChecker } from './detector.ts'

const stateOrClass = /^[0-9A-Z]{2}([0-9A-Z]{3})?$/

/**
 * Deadly are these SQLSTATEs: exact ones (`57P05`) or two-character classes (`28`). Mind that a function
 * of the database may raise any of them on a session that is perfectly well.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @throws {InvalidOptionError} for anything that is neither.
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultDeathChecker, sqlState } from 'pg-supervisor'
 *
 * // A corrupt index: perhaps another host serves better.
 * const connection = await connect({
 *   reconnect: { isDead: anyOf(defaultDeathChecker, sqlState('XX001', 'XX002')) },
 * })
 * ```
 */
export function sqlState(...codes: string[]): DeathChecker {
  for (const code of codes) {
    if (typeof code !== 'string' || !stateOrClass.test(code)) {
      throw invalidOption('sqlState', 'SQLSTATEs of five, or classes of two, digits and capitals', code)
    }
  }
  const wanted = new Set(codes)
  // EPIPE and EPERM have five letters too.
  return ({ kind, code }) =>
    kind !== 'network' && code?.length === 5 && (wanted.has(code) || wanted.has(code.slice(0, 2)))
}
