// What a request is told when its session died under it, or its connection was ended: by its phase, never by the words of
// an error (the table and its reasons: docs/outcomes.md).
import type { Failure } from '../../errors/failure.ts'
import type { Outcome } from '../../errors/supervisor-error.ts'
import type { Request } from './request.ts'

export type LossVerdict =
  /** The server had said that COMMIT was done before the line went dead. */
  | { readonly kind: 'applied' }
  /** COMMIT was written, and its answer is lost. */
  | { readonly kind: 'commitUnknown' }
  /** The same, and the next session can be asked what became of it. */
  | { readonly kind: 'inDoubt' }
  /** The caller vouched for repeating it. */
  | { readonly kind: 'repeat' }
  /** Nothing of it was written, and no exclusive use was cut: it is for the next session, if it waits. */
  | { readonly kind: 'stays' }
  | { readonly kind: 'lost'; readonly outcome: Outcome }

export function lossVerdict(request: Request): LossVerdict {
  const { lane, phase, role } = request
  if (phase === 'inDoubt') return { kind: 'inDoubt' }
  const isWritten = phase === 'written'
  if (role === 'commit' && isWritten) {
    if (request.completedCommand === 'COMMIT') return { kind: 'applied' }
    return { kind: request.witness === undefined ? 'commitUnknown' : 'inDoubt' }
  }
  // Queued on the connection's own lane, or the BEGIN of a transaction that was never begun.
  if (!isWritten && lane.kind === 'autocommit') return { kind: 'stays' }
  // Nobody repeats what its caller wants gone.
  const isWanted = request.isIdempotent && request.wish === undefined
  if (lane.kind === 'autocommit' && role === 'statement' && isWanted) return { kind: 'repeat' }
  if (!isWritten || lane.isTransactional || role === 'begin') return { kind: 'lost', outcome: 'notApplied' }
  return { kind: 'lost', outcome: 'unknown' }
}

/** What the connection was doing, as a failure records it. */
export function phaseOf(
  oldest: Request | undefined,
  open: { isTransactional: boolean; kind: string },
): Failure['phase'] {
  if (oldest?.role === 'commit') return 'committing'
  if (open.isTransactional || open.kind === 'session') return 'inTransaction'
  // A question of the supervisor's own is nobody's work.
  return oldest === undefined || oldest.role === 'probe' ? 'idle' : 'querying'
}
