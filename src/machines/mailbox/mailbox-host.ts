import type { Clock } from '../../backoff/clock.ts'
import type { Failure } from '../../errors/failure.ts'
import type { LossVerdict } from './loss-verdict.ts'
import type { Occupation } from './occupation.ts'
import type { Reply, Request } from './request.ts'

/** Whom the mailbox tells, and who makes the words: it knows neither the chart nor the errors' texts. */
export interface MailboxHost {
  readonly clock: Clock
  /** All requests accepted and not settled, in the order they were asked for; a list of its own for each call. */
  unsettled(): Request[]
  /** A statement of a living session failed by the server's word. */
  erred(error: unknown, request: Request): void
  became(occupation: Occupation): void
  /** A turn of the loop has passed since something ended. */
  settledDown(isQuiet: boolean): void
  oldestChanged(oldest: Request): void
  written(request: Request): void
  /** The session can't be trusted with another statement. */
  convict(message: string, cause: unknown): void
  /** A request of the supervisor's own. */
  probe(): Request
  lostError(
    request: Request,
    failure: Failure,
    verdict: Extract<LossVerdict, { kind: 'lost' | 'commitUnknown' }>,
  ): unknown
  commitReply(): Reply
  /** The request stays unsettled: its keeper asks the next session what became of it. */
  doubted(request: Request, failure: Failure): void
  /** Its lane ended before it was written. */
  revokedError(request: Request): unknown
}
