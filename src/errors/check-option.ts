import { invalidOption, unknownOption } from './invalid-option-error.ts'

/** @throws {InvalidOptionError} unless `value` is a number that `holds`; `wanted` says so in words. */
export function checkNumber(
  option: string,
  value: unknown,
  wanted: string,
  holds: (number: number) => boolean,
): asserts value is number {
  if (typeof value !== 'number' || !holds(value)) throw invalidOption(option, wanted, value)
}

/** @throws {InvalidOptionError} unless `value` can be called. */
export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidOption(option, 'a function', value)
}

/** @throws {InvalidOptionError} unless `value` is an AbortSignal, of whatever realm, or undefined. */
export function checkSignal(value: unknown): void {
  const isSignal =
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
  if (value !== undefined && !isSignal) throw invalidOption('signal', 'an AbortSignal', value)
}

/**
 * Only plain objects are checked: an instance of a class may well have members of its own.
 *
 * @throws {InvalidOptionError} for what is no object, and for a name that is not known; `path` is what stands before it
 * in messages.
 */
export function checkNames(options: unknown, known: readonly string[], path = ''): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(path.slice(0, -1) || 'options', 'an object', options)
  const prototype: unknown = Object.getPrototypeOf(options)
  if (prototype !== Object.prototype && prototype !== null) return
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(name, known, path)
  }
}
