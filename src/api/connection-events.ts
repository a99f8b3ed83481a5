import type { HostAddress, Notification, ServerNotice } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { ConnectionState } from '../machines/connection.events.ts'

/**
 * Is called with each notification, in order, and awaited before its next call. What it throws, or rejects with, goes to
 * `listenerError`.
 */
export type NotificationObserver = (notification: Notification) => unknown

/**
 * What a connection tells, by `on()` and `events()`. Listeners run in a microtask, in the order of what happened, and none
 * can harm the connection: what it throws goes to `listenerError`, or is logged once. All moments are Unix milliseconds of
 * the monotonic clock.
 *
 * @example
 * ```ts
 * connection.on('lost', ({ failure, inFlight }) => console.log(failure.message, inFlight))
 * connection.on('connected', ({ recovered }) => console.log(recovered ? 'recovered' : 'connected'))
 * ```
 */
export interface ConnectionEvents {
  /** Follows one loop turn behind `connection.state` between connected, querying and inTransaction. */
  state: { type: 'state'; from: ConnectionState; to: ConnectionState; at: number }
  /** A session is usable. `attempt` counts those of this outage, `recovered` = there was a session before it. */
  connected: { type: 'connected'; processId: number; host: HostAddress; attempt: number; recovered: boolean }
  /** A session died; once for each. `inFlight` requests were sent and not answered, `queued` ones were not sent. */
  lost: { type: 'lost'; failure: Failure; inFlight: number; queued: number }
  /** The next attempt is made in `delayMs`; `failure` is why it is needed. */
  reconnecting: { type: 'reconnecting'; attempt: number; delayMs: number; failure: Failure }
  /** Given up: schedule exhausted, failure hopeless, or supervision off. */
  dead: { type: 'dead'; failure: Failure; attempts: number }
  /** Ended by its owner; nothing of it is left. */
  closed: { type: 'closed' }
  /** The server's NOTIFY, for every channel that is listened to. */
  notification: { type: 'notification' } & Notification
  /**
   * Notifications may have been missed on these channels: lost between the old session's last byte and LISTEN's answer, or
   * dropped by a full buffer. Before any of the new session.
   */
  gap: { type: 'gap'; channels: string[]; from: number; to: number; reason: 'lost' | 'overflow' }
  /** The server's NOTICE, WARNING, INFO … */
  notice: { type: 'notice'; notice: ServerNotice }
  /** What a careful operator wants to know: transactionLeftOpen … */
  warning: { type: 'warning'; reason: string; message: string }
  /** A stream of `events()` was read too slowly: so many notices are missing here. */
  overflow: { type: 'overflow'; dropped: number }
  /** A callback of yours threw or rejected where nobody awaits it; `during` says which. */
  listenerError: { type: 'listenerError'; error: unknown; during: string }
}

/** Any of them, told apart by `type`. */
export type ConnectionNotice = ConnectionEvents[keyof ConnectionEvents]
