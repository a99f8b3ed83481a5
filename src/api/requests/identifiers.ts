// Names as PostgreSQL takes them. LISTEN cuts a long name silently and pg_notify refuses it, so both are checked here.
import { invalidOption } from '../../errors/invalid-option-error.ts'

/** NAMEDATALEN − 1 (PostgreSQL docs, 4.1.1). */
const longestNameBytes = 63
/** Payloads must be shorter (PostgreSQL docs, NOTIFY). */
const payloadLimitBytes = 8000

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** @throws {RangeError} for what PostgreSQL would cut, refuse or misread. */
export function checkChannel(channel: unknown): asserts channel is string {
  if (typeof channel !== 'string') throw invalidOption('channel', 'a string', channel)
  if (channel === '') throw new RangeError('a channel name must not be empty')
  if (channel.includes('\0')) throw new RangeError('a channel name must not contain a NUL character')
  const bytes = Buffer.byteLength(channel)
  if (bytes > longestNameBytes) {
    throw new RangeError(`a channel name has at most ${longestNameBytes} bytes, this one has ${bytes}`)
  }
}

/** @throws {RangeError} for a payload that pg_notify refuses. */
export function checkPayload(payload: unknown): asserts payload is string {
  if (typeof payload !== 'string') throw invalidOption('payload', 'a string', payload)
  if (payload.includes('\0')) throw new RangeError('a payload must not contain a NUL character')
  const bytes = Buffer.byteLength(payload)
  if (bytes >= payloadLimitBytes) {
    throw new RangeError(`a payload has fewer than ${payloadLimitBytes} bytes, this one has ${bytes}`)
  }
}

/** A possibly schema-qualified name, each part quoted unless it is already; nothing is folded to lower case. */
export function quoteQualifiedName(name: string): string {
  const parts = quotedParts(name)
  if (parts === undefined)
    throw new RangeError(
      'a function name is one or more names, plain or in double quotes, with dots between them',
    )
  return parts.join('.')
}

/** A table's name and that of its schema, if it has one, as quoteQualifiedName() takes them; undefined = PostgreSQL would not. */
export function quotedTableParts(name: string): string[] | undefined {
  const parts = quotedParts(name)
  const isSound = parts?.every((part) => Buffer.byteLength(unquoted(part)) <= longestNameBytes)
  return isSound && parts !== undefined && parts.length <= 2 ? parts : undefined
}

export const unquoted = (quoted: string): string => quoted.slice(1, -1).replaceAll('""', '"')

function quotedParts(name: string): string[] | undefined {
  const parts = name.match(/"(?:[^"]|"")*"|[^."]+|\.|"/g) ?? []
  const names = parts.filter((_, index) => index % 2 === 0)
  const dots = parts.filter((_, index) => index % 2 === 1)
  const isSound = parts.length % 2 === 1 && dots.every((dot) => dot === '.') && names.every(isNamePart)
  return isSound ? names.map((part) => (part.startsWith('"') ? part : quoteName(part))) : undefined
}

const isNamePart = (part: string): boolean =>
  part !== '.' && part !== '"' && part !== '""' && !part.includes('\0')
