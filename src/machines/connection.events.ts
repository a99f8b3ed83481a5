// The vocabulary of the chart: what is asked of it, what it is told, what it tells. All plain data, for inspectors print it.
import type { HostAddress, Notification, ServerNotice } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { Occupation } from './mailbox/occupation.ts'

/**
 * The words of the statechart that users meet. 'idle' = never connected. 'dead' = the session is lost: every loss passes
 * through it (stable while the old client is closed, at most 500 ms); it stays only when given up or when supervision is
 * off. 'querying' with nothing pending reads 'connected'. A session lease reads 'inTransaction'.
 */
export type ConnectionState =
  | 'idle'
  | 'connecting'
  | 'connected'
  | 'querying'
  | 'inTransaction'
  | 'dead'
  | 'reconnecting'
  | 'closing'
  | 'closed'

/** Asked from above. */
export type ConnectionRequest =
  | { readonly type: 'connect'; readonly until?: number | undefined }
  /** Its caller waits no longer: back to where it was. */
  | { readonly type: 'connect.abort' }
  /** Its deadline over all attempts has passed. */
  | { readonly type: 'connect.expire'; readonly failure: Failure }
  | { readonly type: 'end'; readonly drainMs: number }
  | { readonly type: 'statement'; readonly id: number }
  /** A failure that left the socket open; the guard `isDead` judges it. */
  | { readonly type: 'judge'; readonly failure: Failure }

/** Told from below. */
export type ConnectionFact =
  | {
      readonly type: 'dial.opened'
      readonly processId: number
      readonly host: HostAddress
      readonly listeningSince: number
      readonly channels: string[]
    }
  /** No `delayMs`: the schedule is exhausted. */
  | { readonly type: 'dial.failed'; readonly failure: Failure; readonly delayMs: number | undefined }
  /** It is known what became of the COMMIT in doubt, or that it can't be known. */
  | { readonly type: 'resolved' }
  | { readonly type: 'restored' }
  | { readonly type: 'session.lost'; readonly failure: Failure; readonly silentSince: number }
  | { readonly type: 'session.notified'; readonly notification: Notification }
  | { readonly type: 'session.noticed'; readonly notice: ServerNotice }
  | { readonly type: 'session.parameter'; readonly name: string; readonly value: string }
  | { readonly type: 'became'; readonly occupation: Occupation }
  /** Replace the session when it is idle. */
  | { readonly type: 'retire'; readonly reason: string }
  | { readonly type: 'quiet' }
  | { readonly type: 'drained' }
  | { readonly type: 'hungUp'; readonly delayMs: number | undefined }

export type ConnectionEvent = ConnectionRequest | ConnectionFact

/** What the machine emits. */
export type MachineNotice =
  | {
      readonly type: 'state'
      readonly from: ConnectionState
      readonly to: ConnectionState
      readonly at: number
    }
  | {
      readonly type: 'connected'
      readonly processId: number
      readonly host: HostAddress
      readonly attempt: number
      readonly recovered: boolean
    }
  | { readonly type: 'lost'; readonly failure: Failure; readonly inFlight: number; readonly queued: number }
  | {
      readonly type: 'reconnecting'
      readonly attempt: number
      readonly delayMs: number
      readonly failure: Failure
    }
  /** One attempt failed; the schedule may go on. Not a public notice: it answers a connect() that joined. */
  | { readonly type: 'attemptFailed'; readonly failure: Failure; readonly attempts: number }
  | { readonly type: 'dead'; readonly failure: Failure; readonly attempts: number }
  /** connect() was aborted, and the connection is given up as it was before. Not a public notice either. */
  | { readonly type: 'withdrawn'; readonly failure: Failure; readonly attempts: number }
  | { readonly type: 'closed' }
  | ({ readonly type: 'notification' } & Notification)
  | {
      readonly type: 'gap'
      readonly channels: string[]
      readonly from: number
      readonly to: number
      readonly reason: 'lost' | 'overflow'
    }
  | { readonly type: 'notice'; readonly notice: ServerNotice }
