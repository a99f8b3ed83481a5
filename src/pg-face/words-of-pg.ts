// What pg's pool would have said.
import { ConnectFailedError } from '../errors/connect-errors.ts'
import { RequestTimeoutError } from '../errors/request-errors.ts'

/** An attempt that took too long, in pg-pool's words. */
export const dialTimedOut = (connectionName: string, cause?: unknown): RequestTimeoutError =>
  new RequestTimeoutError('Connection terminated due to connection timeout', {
    phase: 'acquire',
    connectionName,
    cause,
  })

/** Callers know pg's errors by their codes: they get the error itself, not ours around it. */
export function inWordsOfPg(error: unknown): unknown {
  if (!(error instanceof ConnectFailedError)) return error
  const { failure, cause, connectionName = '' } = error
  return failure.kind === 'timeout' ? dialTimedOut(connectionName, cause) : (cause ?? error)
}
