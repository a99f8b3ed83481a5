import type { Clock } from '../../backoff/clock.ts'
import type { Session } from '../session.ts'
import type { HostDoor } from './host-question.ts'

/**
 * Watches a live session. Started with each session, stopped with it. What it throws is reported as `listenerError`.
 *
 * @example
 * ```ts
 * import { connect, type Monitor } from 'pg-supervisor'
 *
 * const oldAge = (maxMs: number): Monitor => ({
 *   name: 'old age',
 *   start({ clock, retire }) {
 *     const timer = clock.setTimeout(() => retire('old age'), maxMs)
 *     return () => clock.clearTimeout(timer)
 *   },
 * })
 * const connection = await connect({ monitors: [oldAge(3_600_000)] })
 * ```
 */
export interface Monitor {
  /** Stands in reports of its own failures. */
  name: string
  /** Called with each session once it is usable; what it returns is called when that session ends. */
  start(watch: MonitorContext): void | (() => void)
}

/** What a monitor may see and do; of one session, and of no use after it. */
export interface MonitorContext {
  /** Its statements never run inside of a user's transaction or session, and are nobody's pending requests. */
  session: Session
  /** The session is dead: recovery begins at once. */
  report(failure: { message: string; code?: string }): void
  /** Replace the session when it is idle; nothing fails. */
  retire(reason: string): void
  /** When the server last sent a byte, in Unix milliseconds of `clock`. */
  lastActivityAt(): number
  /** The connection's. */
  clock: Clock
  /** Aborts when the session ends. */
  signal: AbortSignal
}

/** What our own monitors are told besides. */
export interface WatchedSession extends MonitorContext {
  /** Nothing is pending and nobody holds the session: what is asked now is written in this tick. */
  isQuiet(): boolean
  /** The session has ended; the same as `signal.aborted`, for those who need no signal. */
  isOver(): boolean
  /** Asks the server of what kind it is, and leaves one that is not of the kind that is wanted. */
  checkRole(): Promise<void>
  /** None where the host can't be asked beside the session. */
  door(): HostDoor | undefined
}
