import type { HostAddress, Notification, ServerNotice } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { ConnectionState } from '../machines/connection.events.ts'

export type NotificationObserver = (notification: Notification) => unknown

/** No listener can harm the connection: what it throws goes to `listenerError`, or is logged once. */
export interface ConnectionEvents {
  state: { type: 'state'; from: ConnectionState; to: ConnectionState; at: number }
  connected: { type: 'connected'; processId: number; host: HostAddress; attempt: number; recovered: boolean }
  lost: { type: 'lost'; failure: Failure; inFlight: number; queued: number }
  reconnecting: { type: 'reconnecting'; attempt: number; delayMs: number; failure: Failure }
  /** Given up: schedule exhausted, failure hopeless, or supervision off. */
  dead: { type: 'dead'; failure: Failure; attempts: number }
  closed: { type: 'closed' }
  notification: { type: 'notification' } & Notification
  /**
   * Notifications may have been missed on these channels: lost between the old session's last byte and LISTEN's answer, or
   * dropped by a full buffer. Before any of the new session.
   */
  gap: { type: 'gap'; channels: string[]; from: number; to: number; reason: 'lost' | 'overflow' }
  notice: { type: 'notice'; notice: ServerNotice }
  /** What a careful operator wants to know: transactionLeftOpen … */
  warning: { type: 'warning'; reason: string; message: string }
  overflow: { type: 'overflow'; dropped: number }
  listenerError: { type: 'listenerError'; error: unknown; during: string }
}

export type ConnectionNotice = ConnectionEvents[keyof ConnectionEvents]
