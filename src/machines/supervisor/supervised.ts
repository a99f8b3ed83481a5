import type { Clock } from '../../backoff/clock.ts'
import type { Failure } from '../../errors/failure.ts'

/** What the chart of a supervisor judges by, and what its actors do things to. */
export interface Supervised {
  readonly clock: Clock
  /** The most that one attempt may take, and all recovery handlers together. */
  readonly connectTimeoutMs: number
  connect(): unknown
  close(): unknown
  isDead(failure: Failure): boolean
  isHopeless(failure: Failure): boolean
  /** Begins the schedule anew. */
  renewSchedule(): void
  /** undefined = exhausted. */
  nextDelay(): number | undefined
  /** Runs the recovery handlers; never rejects. */
  recover(signal: AbortSignal): Promise<void>
}
