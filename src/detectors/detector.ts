// A detector is a pure judge: a recorded failure goes in, "deadly" or "not deadly" comes out. It starts
// nothing, keeps nothing, and knows nothing of machines; the machine asks it in a guard.
import { checkFunction } from '../errors/check-option.ts'
import type { Failure } from '../errors/failure.ts'

/**
 * Judges a failure: true = deadly (as `isHopeless`: not worth another attempt). Pure and synchronous; one that throws, or
 * returns a promise, counts as having said yes and is reported.
 *
 * @example
 * ```ts
 * import type { DeathChecker } from 'pg-supervisor'
 *
 * export const outOfSharedMemory: DeathChecker = ({ kind, code }) => kind === 'server' && code === '53200'
 * ```
 */
export type DeathChecker = (failure: Failure) => boolean

/**
 * Deadly when any of the checkers says so; none given = never.
 *
 * @example
 * ```ts
 * import { anyOf, connect, defaultDeathChecker, readOnlyServer } from 'pg-supervisor'
 *
 * const connection = await connect({ reconnect: { isDead: anyOf(defaultDeathChecker, readOnlyServer) } })
 * ```
 */
export function anyOf(...checkers: DeathChecker[]): DeathChecker {
  checkers.forEach((checker, index) => {
    checkFunction(`anyOf[${index}]`, checker)
  })
  return (failure) => checkers.some((checker) => checker(failure))
}

/**
 * Deadly when all of the checkers say so; none given = always.
 *
 * @example
 * ```ts
 * import { allOf, defaultDeathChecker, not, sqlState } from 'pg-supervisor'
 *
 * const patient = allOf(defaultDeathChecker, not(sqlState('57P05')))
 * ```
 */
export function allOf(...checkers: DeathChecker[]): DeathChecker {
  checkers.forEach((checker, index) => {
    checkFunction(`allOf[${index}]`, checker)
  })
  return (failure) => checkers.every((checker) => checker(failure))
}

/**
 * Deadly when the checker says not.
 *
 * @example
 * ```ts
 * import { not, sqlState } from 'pg-supervisor'
 *
 * const allButAuthentication = not(sqlState('28'))
 * ```
 */
export function not(checker: DeathChecker): DeathChecker {
  checkFunction('not', checker)
  return (failure) => !checker(failure)
}
