import type { Clock } from '../backoff/clock.ts'
import type { Session } from './queryable.ts'

/** Watches a live session. Started with each session, stopped with it. Its `session` never runs inside a user's lease. */
export interface Monitor {
  name: string
  start(watch: MonitorContext): void | (() => void)
}

export interface MonitorContext {
  session: Session
  /** The session is dead: recovery begins at once. */
  report(failure: { message: string; code?: string }): void
  /** Replace the session when it is idle; nothing fails. */
  retire(reason: string): void
  lastActivityAt(): number
  clock: Clock
  signal: AbortSignal
}

/** What our own monitors are told besides. */
export interface WatchedSession extends MonitorContext {
  /** Nothing is pending and nobody holds the session: what is asked now is written in this tick. */
  isQuiet(): boolean
}
