import type { Failure } from '../../errors/failure.ts'

export type SupervisorEvent =
  /** Somebody had an error; whether it is deadly is the guard's business. */
  | { type: 'report'; failure: Failure }
  | { type: 'recover' }
  | { type: 'stop' }
  /** The resource is closed, as far as it could be. */
  | { type: 'closed'; delayMs?: number | undefined }
  | { type: 'attempt.opened' }
  | { type: 'attempt.failed'; failure: Failure }
  | { type: 'restored' }

export type SupervisorNotice =
  | { type: 'lost'; failure: Failure }
  | { type: 'reconnecting'; attempt: number; delayMs: number }
  | { type: 'recovered'; attempts: number }
  | { type: 'dead'; failure: Failure }

/** Plain data; the resource itself is in the actors. */
export interface SupervisorContext {
  /** Why the resource is down; undefined = it is not. */
  readonly failure: Failure | undefined
  readonly since: number
  /** Failed ones of this outage, and the one that succeeded. */
  readonly attempts: number
  readonly delayMs: number | undefined
  readonly nextAttemptAt: number | undefined
  /** How often the resource has been given up for lost: an error that comes late belongs to an earlier life. */
  readonly life: number
}
