import { invalidOption, unknownOption } from '../../errors/invalid-option-error.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import { checkKinds, isObject } from './option-kind.ts'
import { isPlainObject, ownOptionKinds } from './own-options.ts'
import { insteadOfPgOption, type PgOptions, pgOptionKinds } from './pg-options.ts'

export type TakenOptions = ConnectionConfig & PgOptions

const kinds = { ...ownOptionKinds, ...pgOptionKinds }
/** Of every option of a connection. */
export const knownNames: readonly string[] = Object.keys(kinds)

/**
 * Copies what is known out of the user's object, each option read once, and checks its outside. What is undefined is
 * absent, also in an instance of a class, of which nobody knows what its other members are for.
 */
export function takeOptions(config: string | ConnectionConfig | undefined): TakenOptions {
  const given: unknown = typeof config === 'string' ? { connectionString: config } : (config ?? {})
  if (config === null || !isObject(given))
    throw invalidOption('config', 'a connection string or an object', config)
  if (isPlainObject(given)) refuseUnknown(Object.keys(given), knownNames)
  const options = readOnce(given, knownNames)
  checkKinds(options, kinds)
  return options
}

/** @throws {InvalidOptionError} */
export function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (!known.includes(name) && !Object.hasOwn(insteadOfPgOption, name)) throw unknownOption(name, known)
  }
}

/** @throws {InvalidOptionError} for options of pg's that have another name here. */
export function readOnce(given: object, names: readonly string[]): Record<string, unknown> {
  const source = given as Readonly<Record<string, unknown>>
  for (const [name, instead] of Object.entries(insteadOfPgOption)) {
    const value = source[name]
    if (value !== undefined) throw invalidOption(name, `to be left out (${instead})`, value)
  }
  const options: Record<string, unknown> = {}
  for (const name of names) {
    const value = source[name]
    if (value !== undefined) options[name] = value
  }
  return options
}
