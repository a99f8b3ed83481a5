import { nearestName } from './nearest-name.ts'
import { type ErrorDetails, SupervisorError } from './supervisor-error.ts'

/** Names the option, what was wanted and what came; for an unknown name the nearest known one. */
export class InvalidOptionError extends SupervisorError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'notApplied', false)
  }

  override get code() {
    return 'INVALID_OPTION' as const
  }
}

/** `option` may be a path (`reconnect.backoff`); `wanted` completes the sentence "wants …". */
export function invalidOption(option: string, wanted: string, got: unknown): InvalidOptionError {
  return new InvalidOptionError(`option \`${option}\` wants ${wanted}, got ${describe(option, got)}`)
}

/** `path` is what stands before the name in the message: `reconnect.`. */
export function unknownOption(name: string, known: Iterable<string>, path = ''): InvalidOptionError {
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? '' : `; the nearest known one is \`${path}${nearest}\``
  return new InvalidOptionError(`option \`${path}${name}\` is not known${hint}`)
}

// Error messages are logged, so a value is shown only where neither its option nor its looks suggest a secret.
const secretOption = /pass|secret|token|ssl|tls|key|cert|pfx|connectionString|settings|^options$/i
const plainWord = /^[\w .+-]{0,40}$/

function describe(option: string, value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object'
  if (secretOption.test(option)) return `a ${typeof value}`
  if (typeof value === 'string') return plainWord.test(value) ? `'${value}'` : 'a string'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  // oxlint-disable-next-line typescript/no-base-to-string -- a number, a bigint or a boolean
  return String(value)
}
