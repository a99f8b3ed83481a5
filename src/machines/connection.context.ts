import type { HostAddress } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { ConnectionState } from './connection.events.ts'
import type { Identity } from './wiring.ts'

/** What the chart decides on and tells; plain data, no secret. */
export interface ConnectionContext {
  readonly identity: Identity
  /** The public word last announced. */
  readonly word: ConnectionState
  /** A loss leads to reconnecting; false = `reconnect: false`. */
  readonly isSupervised: boolean
  /** What is asked while down waits in the queue; false = it is refused at once. */
  readonly waitsWhileDown: boolean
  /** Attempts made in this outage, or by this connect(). */
  readonly attempts: number
  /** The wait before the next attempt; undefined = the schedule is exhausted. */
  readonly delayMs: number | undefined
  /** When the present outage began. */
  readonly downSince: number
  /** When the next attempt is due, while one is waited for. */
  readonly nextAttemptAt: number | undefined
  /** Why the session, or the last attempt, failed. */
  readonly failure: Failure | undefined
  /** A session of this life was lost, so the next is a recovery: from its last byte on notifications may be missed. */
  readonly silentSince: number | undefined
  /** connect() was asked for: until when it keeps trying; undefined = one attempt. */
  readonly triesUntil: number | undefined
  /** Where an aborted connect() returns to. */
  readonly cameFrom: 'idle' | 'dead' | 'closed'
  /** A monitor wants the session replaced, for the reason given; nothing may fail by it. */
  readonly retiring: string | undefined
  readonly session: { readonly processId: number; readonly host: HostAddress } | undefined
  /** How long end() lets accepted work finish. */
  readonly drainMs: number
}

export interface ConnectionInput {
  readonly identity: Identity
  readonly isSupervised?: boolean
  readonly waitsWhileDown?: boolean
}

export const initialContext = ({ input }: { input?: Partial<ConnectionInput> }): ConnectionContext => ({
  identity: input?.identity ?? { name: 'connection' },
  word: 'idle',
  isSupervised: input?.isSupervised ?? true,
  waitsWhileDown: input?.waitsWhileDown ?? false,
  attempts: 0,
  delayMs: undefined,
  downSince: 0,
  nextAttemptAt: undefined,
  failure: undefined,
  silentSince: undefined,
  triesUntil: undefined,
  cameFrom: 'idle',
  retiring: undefined,
  session: undefined,
  drainMs: 0,
})
