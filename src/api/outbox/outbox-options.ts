import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkChannel, quotedTableParts, unquoted } from '../requests/identifiers.ts'

/** Where an outbox lies, and by which channel its listeners are woken. */
export interface OutboxOptions {
  /** Its table, with a schema before a dot if you like; each name is quoted unless it is already, nothing is folded. Default 'outbox'. */
  table?: string
  /** Wakes listeners. false = nobody is woken, all look every `pollMs`. Default: the table's name without its schema. */
  channel?: string | false
}

/** Quoted, and ready to stand in a statement. */
export interface OutboxNames {
  readonly table: string
  /** The table of the consumers' positions. */
  readonly positions: string
  /** Of the index of keys, which lies in its table's schema. */
  readonly keyIndex: string
  readonly channel: string | undefined
}

const positionSuffix = '_position'
const longestTableBytes = 63 - positionSuffix.length

/** @throws {InvalidOptionError} */
export function readOutboxOptions(options: OutboxOptions): OutboxNames {
  checkNames(options, ['table', 'channel'])
  const { table: name = 'outbox' } = options
  const parts = typeof name === 'string' ? quotedTableParts(name) : undefined
  const last = parts?.at(-1)
  if (parts === undefined || last === undefined || Buffer.byteLength(unquoted(last)) > longestTableBytes) {
    throw invalidOption(
      'table',
      `a table's name of at most ${longestTableBytes} bytes, or schema.table`,
      name,
    )
  }
  const { channel = unquoted(last) } = options
  const withSuffix = (suffix: string): string => `${last.slice(0, -1)}${suffix}"`
  return {
    table: parts.join('.'),
    positions: [...parts.slice(0, -1), withSuffix(positionSuffix)].join('.'),
    keyIndex: withSuffix('_key'),
    channel: channel === false ? undefined : readChannel(channel),
  }
}

function readChannel(channel: unknown): string {
  try {
    checkChannel(channel)
    return channel
  } catch {
    throw invalidOption('channel', "a channel's name of 1 to 63 bytes, or false", channel)
  }
}
