// Everything that can be said to the chart, once for each answer that a guard can give.
import type { AnyStateNode } from 'xstate'
import { createFailure } from '../../src/errors/failure.ts'
import type { ConnectionEvent } from '../../src/machines/connection.events.ts'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import type { Occupation } from '../../src/machines/mailbox/occupation.ts'

/** The moment at which everything happens. */
export const now = 1000
/** A delay of the schedule. */
export const pauseMs = 100

const failure = (kind: 'network' | 'server' | 'timeout', code?: string) =>
  createFailure({ kind, code, phase: 'idle', message: `${kind} failure`, at: now })

export const failures = {
  deadly: failure('network', 'ECONNRESET'),
  mild: failure('server', '23505'),
  hopeless: failure('server', '28P01'),
}

/** The statements of the alphabet, by what the wiring knows of them. */
export const statements = { ordinary: 1, exclusive: 2, patient: 3 } as const

export const occupations: readonly Occupation[] = [
  'connected',
  'querying',
  'inTransaction.waiting',
  'inTransaction.querying',
  'inTransaction.failed',
  'inTransaction.committing',
  'inTransaction.rollingBack',
]

const host = { host: 'db', port: 5432 }
const opened = { type: 'dial.opened', processId: 7, host, listeningSince: now } as const
const delays = [undefined, 0, pauseMs]

/** The chart's own timers are events like others; a list that left them out would end the exploration at each wait. */
const timersOf = (node: AnyStateNode): string[] => [
  ...node.after.map(({ eventType }) => eventType),
  ...Object.values(node.states).flatMap(timersOf),
]

export type AnyEvent = ConnectionEvent | { readonly type: `xstate.after.${string}` }

export const timers = timersOf(connectionMachine.root) as `xstate.after.${string}`[]

const leavesOf = ({ states: inner, path }: AnyStateNode): string[] =>
  Object.keys(inner).length === 0 ? [path.join('.')] : Object.values(inner).flatMap(leavesOf)

/** 'attached.inTransaction.waiting' … */
export const states: readonly string[] = leavesOf(connectionMachine.root)

export const alphabet: readonly AnyEvent[] = [
  { type: 'connect' },
  { type: 'connect', until: now + 5 * pauseMs },
  { type: 'connect', until: now },
  { type: 'connect.abort' },
  { type: 'connect.expire', failure: failure('timeout') },
  { type: 'end', drainMs: 0 },
  { type: 'end', drainMs: pauseMs },
  ...Object.values(statements).map((id) => ({ type: 'statement' as const, id })),
  { type: 'judge', failure: failures.deadly },
  { type: 'judge', failure: failures.mild },
  { ...opened, channels: [] },
  { ...opened, channels: ['jobs'] },
  ...[failures.deadly, failures.hopeless].flatMap((cause) =>
    delays.map((delayMs) => ({ type: 'dial.failed' as const, failure: cause, delayMs })),
  ),
  { type: 'resolved' },
  { type: 'restored' },
  { type: 'session.lost', failure: failures.deadly, silentSince: now },
  { type: 'session.notified', notification: { channel: 'jobs', payload: '', processId: 8 } },
  { type: 'session.noticed', notice: { message: 'something to know' } },
  { type: 'session.parameter', name: 'TimeZone', value: 'UTC' },
  ...occupations.map((occupation) => ({ type: 'became' as const, occupation })),
  { type: 'retire', reason: 'too old' },
  { type: 'quiet' },
  { type: 'drained' },
  ...delays.map((delayMs) => ({ type: 'hungUp' as const, delayMs })),
  ...timers.map((type) => ({ type })),
]
