import { invalidOption } from '../errors/invalid-option-error.ts'
import type { DeathChecker } from './detector.ts'

/**
 * Deadly are failures of the network with these codes of Node's (`ECONNRESET`, `CERT_HAS_EXPIRED`); with
 * none given, all failures of the network.
 *
 * @see https://nodejs.org/api/errors.html#common-system-errors
 * @throws {InvalidOptionError} for a code that is no text.
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultHopelessChecker, networkError } from 'pg-supervisor'
 *
 * // Nobody listens: here that means a wrong port, and no patience helps.
 * const connection = await connect({
 *   reconnect: { isHopeless: anyOf(defaultHopelessChecker, networkError('ECONNREFUSED')) },
 * })
 * ```
 */
export function networkError(...codes: string[]): DeathChecker {
  for (const code of codes) {
    if (typeof code !== 'string' || code === '') {
      throw invalidOption('networkError', "error codes of Node, as 'ECONNRESET'", code)
    }
  }
  const wanted = new Set(codes)
  return ({ kind, code }) =>
    kind === 'network' && (wanted.size === 0 || (code !== undefined && wanted.has(code)))
}
