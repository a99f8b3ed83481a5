// The one place that reads errors to record a failure. Our own words only: a server's message is in the language of the
// server and echoes what users typed.
import type { WireLoss } from '../../drivers/driver.ts'
import { createFailure, type Failure, type FailureKind, type FailurePhase } from '../../errors/failure.ts'
import { isServerError } from '../../errors/server-error.ts'

interface Circumstances {
  readonly phase: FailurePhase
  readonly at: number
  readonly readOnlyTransaction?: boolean
}

export function failureOfLoss(loss: WireLoss, circumstances: Circumstances): Failure {
  return record(loss.kind, loss.error, circumstances)
}

/** Of an error whose session may well live: a server's ERROR, or whatever checkForDeath() was given. */
export function failureOfError(error: unknown, circumstances: Circumstances): Failure {
  return record(kindOf(error), error, circumstances)
}

function record(kind: FailureKind, error: unknown, circumstances: Circumstances): Failure {
  const first = mostTelling(error)
  const { code, severity, routine } = (first ?? {}) as Record<string, unknown>
  return createFailure({
    ...circumstances,
    kind,
    code: text(code),
    severity: text(severity),
    routine: text(routine),
    message: `${story[kind]} ${during[circumstances.phase]}${typeof code === 'string' ? ` (${code})` : ''}`,
    error,
  })
}

const story: Record<FailureKind, string> = {
  server: 'the server reported an error',
  network: 'the network failed',
  protocol: 'the protocol was violated',
  timeout: 'a deadline passed',
  monitor: 'a monitor found the session dead',
  rollback: 'a rollback failed',
  closed: 'the connection was closed by the other side',
  unknown: 'something failed',
}

const during: Record<FailurePhase, string> = {
  connecting: 'while connecting',
  idle: 'while idle',
  querying: 'while querying',
  inTransaction: 'in a transaction or session',
  committing: 'while committing',
}

function kindOf(error: unknown): FailureKind {
  if (isServerError(error)) return 'server'
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === 'REQUEST_TIMEOUT') return 'timeout'
  if (code === 'ROLLBACK_FAILED') return 'rollback'
  if (code === 'PROTOCOL_VIOLATION') return 'protocol'
  return typeof code === 'string' && codeOfNodes.test(code) ? 'network' : 'unknown'
}

/** Of sockets, names and TLS; ours all have an underscore where the first of these have none. */
const codeOfNodes =
  /^(E[A-Z]+|EAI_[A-Z]+|ERR_(SSL|TLS|STREAM|SOCKET)_.*|CERT_.*|.*_CERT.*|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/

/** Several addresses failed: the first with a code speaks for all. */
function mostTelling(error: unknown): unknown {
  const errors = error instanceof AggregateError ? error.errors : []
  return errors.find((each) => (each as { code?: unknown } | undefined)?.code !== undefined) ?? error
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
