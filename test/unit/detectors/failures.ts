import { createFailure, type Failure, type FailureFields } from '../../../src/errors/failure.ts'

const message = 'something failed'

/** As the server says it on a session that lives. */
export function serverError(code: string, more: Partial<FailureFields> = {}): Failure {
  return createFailure({ kind: 'server', phase: 'querying', severity: 'ERROR', code, message, ...more })
}

export function refusedLogin(code: string): Failure {
  return serverError(code, { phase: 'connecting', severity: 'FATAL' })
}

export function networkFailure(code: string | undefined, more: Partial<FailureFields> = {}): Failure {
  return createFailure({ kind: 'network', phase: 'connecting', code, message, ...more })
}
