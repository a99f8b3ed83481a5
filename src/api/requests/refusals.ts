// The words in which requests are turned away. They say what happened, while doing what, and what is known; never a
// statement, a value or a secret.
import { ConnectionDeadError } from '../../errors/connect-errors.ts'
import type { Failure } from '../../errors/failure.ts'
import {
  HandleRevokedError,
  NestedUseError,
  QueueFullError,
  RequestTimeoutError,
} from '../../errors/request-errors.ts'
import { ConnectionClosedError, ConnectionLostError } from '../../errors/session-errors.ts'
import type { Outcome } from '../../errors/supervisor-error.ts'
import { CommitOutcomeUnknownError } from '../../errors/transaction-errors.ts'
import type { Lane } from '../../machines/mailbox/lane.ts'
import type { LossVerdict } from '../../machines/mailbox/loss-verdict.ts'
import type { Request } from '../../machines/mailbox/request.ts'
import type { Refusal } from '../../machines/wiring.ts'

const effect: Record<Outcome, string> = {
  notApplied: 'nothing of it was applied',
  unknown: 'it may have been applied',
}

const where = {
  queue: 'before anything was sent',
  execution: 'while it was running',
  cursor: 'between its fetches',
}

export class Refusals {
  readonly #name: string

  constructor(connectionName: string) {
    this.#name = connectionName
  }

  lost(failure: Failure, outcome: Outcome, cause: unknown = failure.error): ConnectionLostError {
    const message = `${this.#name} was lost: ${failure.message}; ${effect[outcome]}`
    return new ConnectionLostError(message, { failure, outcome, cause, connectionName: this.#name })
  }

  /** What a request is told whose session died under it. */
  byVerdict(
    request: Request,
    failure: Failure,
    verdict: Extract<LossVerdict, { kind: 'lost' | 'commitUnknown' }>,
  ): Error {
    const cause = request.wish?.cause ?? failure.error
    if (verdict.kind === 'lost') return this.lost(failure, verdict.outcome, cause)
    return this.commitUnknown(request, failure)
  }

  /** `finding`: what came of asking. */
  commitUnknown(request: Request, failure: Failure, finding?: string): CommitOutcomeUnknownError {
    const message = `${this.#name} was lost: ${failure.message}; COMMIT was sent and its answer did not come`
    const known = request.lane.isReadOnly
      ? 'COMMIT of a transaction begun READ ONLY was written and not answered: it stored nothing, only its notifications are in doubt'
      : 'COMMIT was written, and the session ended without an answer to it'
    return new CommitOutcomeUnknownError(message, {
      transactionId: request.witness?.transactionId,
      evidence: finding === undefined ? known : `${known}; ${finding}`,
      cause: request.wish?.cause ?? failure.error,
      connectionName: this.#name,
    })
  }

  down(refusal: Extract<Refusal, { because: 'down' }>, request?: Request): Error {
    const { failure, since, attempt, nextAttemptAt } = refusal
    // It was written on a session that died, and its caller vouched for repeating it: now nobody can.
    if (request?.wasWritten === true && failure !== undefined) return this.lost(failure, 'unknown')
    const why = failure === undefined ? 'it was never connected' : failure.message
    const message = `${this.#name} is down: ${why}; nothing was sent`
    const details = { since, attempt, nextAttemptAt, cause: failure?.error, connectionName: this.#name }
    return new ConnectionDeadError(message, details)
  }

  /** Given up; the schedule is over. */
  lostForGood(known: { failure: Failure | undefined; attempts: number }): Error {
    const { failure, attempts: attempt } = known
    return this.down({ because: 'down', since: failure?.at ?? 0, attempt, nextAttemptAt: undefined, failure })
  }

  closed(request?: Request, cause?: unknown): Error {
    const details = { cause, connectionName: this.#name }
    if (request === undefined || (request.phase === 'queued' && !request.wasWritten)) {
      return new ConnectionClosedError(`${this.#name} is closed; nothing was sent`, details)
    }
    if (request.role === 'commit') {
      const evidence = 'COMMIT was written, and the connection was ended before its answer came'
      return new CommitOutcomeUnknownError(`${this.#name} was closed while committing`, {
        ...details,
        transactionId: request.witness?.transactionId,
        evidence,
      })
    }
    const outcome = request.lane.isTransactional || request.role === 'begin' ? 'notApplied' : 'unknown'
    return new ConnectionClosedError(`${this.#name} was closed; ${effect[outcome]}`, { ...details, outcome })
  }

  /** For whoever holds the session: what ran on it outside of a transaction stays. */
  closedUnder(lane: Lane, cause?: unknown): ConnectionClosedError {
    const outcome = outcomeOfAll(lane)
    const message = `${this.#name} was closed during a ${wordFor(lane)}; ${effect[outcome]}`
    return new ConnectionClosedError(message, { cause, outcome, connectionName: this.#name })
  }

  /** A transaction or session as a whole ran out of time while it ran. */
  timedOutUnder(lane: Lane, ms: number): RequestTimeoutError {
    return this.timedOut(ms, 'execution', outcomeOfAll(lane))
  }

  timedOut(ms: number, phase: keyof typeof where, outcome: Outcome = 'notApplied'): RequestTimeoutError {
    const message = `a request on ${this.#name} did not end within ${ms} ms, ${where[phase]}; ${effect[outcome]}`
    return new RequestTimeoutError(message, { phase, outcome, connectionName: this.#name })
  }

  /** `waiting`: how many wait for the session that it held. */
  cursorIdle(ms: number, waiting: number): RequestTimeoutError {
    const hint =
      waiting === 0
        ? ''
        : `; ${waiting} requests of the connection waited for it: what is to run between fetches belongs on the handle of a transaction(), with a cursor of that`
    const message = `a cursor on ${this.#name} was closed, for nothing was fetched from it for ${ms} ms${hint}`
    return new RequestTimeoutError(message, { phase: 'cursor', connectionName: this.#name })
  }

  cursorClosed(): HandleRevokedError {
    const message = `a cursor on ${this.#name} was used after it had been closed; nothing was sent`
    return new HandleRevokedError(message, { connectionName: this.#name })
  }

  full(limit: number): QueueFullError {
    const message = `${this.#name} has ${limit} requests waiting already, as many as queueLimit allows; nothing was sent`
    return new QueueFullError(message, { connectionName: this.#name })
  }

  nested(
    lane: Lane,
    wayOut = 'use the handle that the callback was given, or `detached: true`',
  ): NestedUseError {
    const [outer, inner] =
      lane.kind === 'autocommit'
        ? ['the connection', 'its own running transaction or session']
        : [`the outer ${wordFor(lane)}`, 'a transaction nested in it']
    const message = `${outer} was used from inside ${inner} on ${this.#name}, and would wait for itself for ever: ${wayOut}`
    return new NestedUseError(message, { connectionName: this.#name })
  }

  /** Why nothing can be asked on a lane any more. */
  byLane(lane: Lane): { readonly error: unknown } | undefined {
    if (lane.refusal !== undefined) return lane.refusal
    if (lane.lostBy !== undefined) return { error: this.lost(lane.lostBy, 'notApplied') }
    return lane.stage === 'ended' ? { error: this.revoked(lane) } : undefined
  }

  revoked(lane: Lane): HandleRevokedError {
    const message = `the handle of a ${wordFor(lane)} on ${this.#name} was used after it had ended; nothing was sent`
    return new HandleRevokedError(message, { connectionName: this.#name })
  }
}

const wordFor = (lane: Lane): string => (lane.kind === 'preparation' ? 'session' : lane.kind)

const outcomeOfAll = (lane: Lane): Outcome => (lane.isTransactional ? 'notApplied' : 'unknown')
