import type { Session } from './session.ts'

export type Fields = Readonly<Record<string, unknown>>

/** A field as text; nothing for what is no plain value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `${value}`
    : ''
}

/** How a step deserves to be noticed. */
export type Mark = 'failure' | 'refused' | 'unhandled' | 'recovery' | undefined

/** One thing that happened: an event that a chart was sent, or a turn in the life of a request. */
export interface Step {
  readonly seq: number
  /** Unix milliseconds. */
  readonly at: number
  readonly session: Session
  readonly type: string
  /** Who sent the event; undefined = from outside. */
  readonly origin: string | undefined
  readonly data: Fields
  /** Where the chart was afterwards: 'attached.inTransaction.querying'. */
  readonly state: string
  /** The arrows taken, by their ids. */
  readonly edges: readonly string[]
  readonly actions: readonly string[]
  readonly context: Fields
  readonly mark: Mark
  /** How often the same happened in a row, where a trace has gathered it. */
  readonly count: number
}

/** A step as a reader has it, before the store numbers it. */
export type Told = Omit<Step, 'seq' | 'session' | 'mark' | 'state' | 'context'> &
  Partial<Pick<Step, 'state' | 'context'>>

/** 'attached.inTransaction.querying' from the nested value of a state. */
export function pathOf(value: unknown): string {
  const parts: string[] = []
  let rest = value
  while (typeof rest === 'object' && rest !== null) {
    const [entry] = Object.entries(rest)
    if (entry === undefined) break
    parts.push(entry[0])
    rest = entry[1]
  }
  if (typeof rest === 'string') parts.push(rest)
  return parts.join('.')
}

/** The word that users of a connection know a state by. */
export function wordOf(path: string): string {
  const [outer = '', inner] = path.split('.')
  return outer === 'attached' ? (inner ?? 'connected') : outer
}

/** What the word does not say: 'dialing' of 'reconnecting.dialing'. */
export function detailOf(path: string): string {
  const parts = path.split('.')
  return parts.slice(parts[0] === 'attached' ? 2 : 1).join('.')
}

export function markOf(
  type: string,
  data: Fields,
  edges: readonly string[],
  actions: readonly string[],
): Mark {
  if (actions.includes('refuse') || actions.includes('refuseClosed')) return 'refused'
  if (type === 'request.settled') return data['end'] === 'failed' ? 'failure' : undefined
  if (type === 'session.lost' || type === 'dial.failed' || type === 'connect.expire') return 'failure'
  if (type === 'dial.opened' || type === 'restored') return 'recovery'
  const isQuiet = type.startsWith('request.') || type.startsWith('xstate.')
  // A failure that nobody finds deadly is judged by having no arrow.
  if (type === 'judge') return edges.length > 0 ? 'failure' : undefined
  return edges.length === 0 && !isQuiet ? 'unhandled' : undefined
}
