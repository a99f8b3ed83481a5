// What an option may be: a claim about its value, and the words in which it is asked for.
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'

export interface OptionKind {
  /** Completes the sentence "wants …". */
  readonly wanted: string
  readonly holds: (value: unknown) => boolean
}

/** @throws {InvalidOptionError} when a value that is there is not of its kind. */
export function checkKinds(options: object, kinds: Readonly<Record<string, OptionKind>>): void {
  for (const [option, value] of Object.entries(options)) {
    const kind = kinds[option]
    if (kind !== undefined) checkKind(option, value, kind)
  }
}

export function checkKind(option: string, value: unknown, kind: OptionKind): void {
  if (!kind.holds(value)) throw invalidOption(option, kind.wanted, value)
}

/** NUL ends a string on the wire: what follows it would be read as another parameter of the session. */
export const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0')

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

export const text: OptionKind = { wanted: 'a string without NUL characters', holds: isText }

export const flag: OptionKind = { wanted: 'true or false', holds: (value) => typeof value === 'boolean' }

export const callable: OptionKind = {
  wanted: 'a function',
  holds: (value) => typeof value === 'function',
}

export const count: OptionKind = {
  wanted: 'a whole number, 1 or more',
  holds: (value) => isWhole(value) && value >= 1,
}

export const countOrNone: OptionKind = {
  wanted: 'a whole number, 0 or more',
  holds: (value) => isWhole(value) && value >= 0,
}

/** As much as a timer takes; more would fire at once. */
export const duration: OptionKind = {
  wanted: `milliseconds, more than 0 and at most ${longestDelayMs}`,
  holds: (value) => typeof value === 'number' && value > 0 && value <= longestDelayMs,
}

export const durationOrNone: OptionKind = {
  wanted: `milliseconds, 0 to ${longestDelayMs}`,
  holds: (value) => value === 0 || duration.holds(value),
}

export const port: OptionKind = {
  wanted: 'a port, 1 to 65535',
  // As text it comes from an environment variable, and pg takes it.
  holds: (value) => isPort(typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
}

const isPort = (value: unknown) => isWhole(value) && value >= 1 && value <= 65_535

export const oneOf = (...words: string[]): OptionKind => ({
  wanted: words.map((word) => `'${word}'`).join(' or '),
  holds: (value) => words.includes(value as string),
})

export const withMethods = (...methods: string[]): OptionKind => ({
  wanted: `an object with ${methods.map((method) => `${method}()`).join(', ')}`,
  holds: (value) =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
})
