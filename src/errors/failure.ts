export type FailureKind =
  | 'server'
  | 'network'
  | 'protocol'
  | 'timeout'
  | 'monitor'
  | 'rollback'
  | 'closed'
  | 'unknown'

/** What the connection was doing when the failure was noticed. */
export type FailurePhase = 'connecting' | 'idle' | 'querying' | 'inTransaction' | 'committing'

/**
 * A recorded fact about what went wrong: plain data, safe to log. What checkers judge, and what `lost`, `reconnecting` and
 * `dead` tell.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 *
 * @example
 * ```ts
 * connection.on('lost', ({ failure }) => console.log(failure.kind, failure.phase, failure.code, failure.message))
 * ```
 */
export interface Failure {
  /** Who said so: the server, the operating system, nobody (closed), or the supervisor itself. */
  readonly kind: FailureKind
  readonly phase: FailurePhase
  /** SQLSTATE or node error code; from a preceding NOTICE where the server said why before it hung up. */
  readonly code: string | undefined
  /** As the server spelt it, which may be in its own language. */
  readonly severity: string | undefined
  /** The server's routine, never localised. */
  readonly routine: string | undefined
  /** The user opened this transaction READ ONLY. */
  readonly readOnlyTransaction: boolean
  /** Our own words, never the server's (which may echo values). */
  readonly message: string
  /** Unix milliseconds. */
  readonly at: number
  /** The original, for checkers that must look; not enumerable, so that no log prints it. */
  readonly error: unknown
}

export interface FailureFields {
  kind: FailureKind
  phase: FailurePhase
  message: string
  code?: string | undefined
  severity?: string | undefined
  routine?: string | undefined
  readOnlyTransaction?: boolean | undefined
  at?: number | undefined
  error?: unknown
}

/** Records a failure: frozen, with the moment filled in, the original error out of sight of loggers. */
export function createFailure(fields: FailureFields): Failure {
  const visible = {
    kind: fields.kind,
    phase: fields.phase,
    code: fields.code,
    severity: fields.severity,
    routine: fields.routine,
    readOnlyTransaction: fields.readOnlyTransaction ?? false,
    message: fields.message,
    at: fields.at ?? performance.timeOrigin + performance.now(),
    error: fields.error,
  }
  Object.defineProperty(visible, 'error', { enumerable: false })
  return Object.freeze(visible)
}
