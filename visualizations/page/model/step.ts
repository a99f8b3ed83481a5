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

/** 'attached.inTransaction.querying' from the nested value of a state; of parallel ones each, with a space between. */
export const pathOf = (value: unknown): string => pathsOf(value).join(' ')

function pathsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Object.entries((value ?? {}) as Fields).flatMap(([outer, inner]) =>
    pathsOf(inner).map((path) => `${outer}.${path}`),
  )
}

/** The word that users know a state by: of a connection its own, of a pool whether anybody can be asked. */
export function wordOf(paths: string): string {
  const [path = ''] = paths.split(' ')
  const [outer = '', inner, innermost] = path.split('.')
  if (outer === 'attached') return inner ?? 'connected'
  return inner === 'service' ? (innermost ?? outer) : outer
}

/** What the word does not say: 'dialing' of 'reconnecting.dialing', 'short' of a pool where somebody is missing. */
export function detailOf(paths: string): string {
  const [path = '', ...others] = paths.split(' ')
  const parts = path.split('.')
  const depth = parts[0] === 'attached' ? 2 : parts[1] === 'service' ? 3 : 1
  const beside = others.map((other) => other.slice(other.lastIndexOf('.') + 1))
  return [parts.slice(depth).join('.'), ...beside].filter(Boolean).join(' · ')
}

const failures = new Set([
  ...['session.lost', 'dial.failed', 'connect.expire'],
  ...['member.down', 'member.dead', 'attempt.failed'],
])
const recoveries = new Set(['dial.opened', 'restored', 'member.up', 'attempt.opened'])

export function markOf(
  type: string,
  data: Fields,
  edges: readonly string[],
  actions: readonly string[],
): Mark {
  if (actions.includes('refuse') || actions.includes('refuseClosed')) return 'refused'
  if (type === 'request.settled') return data['end'] === 'failed' ? 'failure' : undefined
  if (failures.has(type)) return 'failure'
  if (recoveries.has(type) && edges.length > 0) return 'recovery'
  const isQuiet = type.startsWith('request.') || type.startsWith('xstate.')
  // A failure that nobody finds deadly is judged by having no arrow.
  if (type === 'judge' || type === 'report') return edges.length > 0 ? 'failure' : undefined
  return edges.length === 0 && !isQuiet ? 'unhandled' : undefined
}
