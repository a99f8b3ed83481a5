import { createFailure, type Failure } from '../../errors/failure.ts'

/** What a whole round failed of: the last host's failure, with what the others said before it. */
export function failureOfRound(failures: readonly Failure[]): Failure {
  const last = failures.at(-1) as Failure
  if (failures.length === 1) return last
  const message = `no host took the connection in: ${failures.map((each) => each.message).join('; ')}`
  const errors = failures.map((each) => each.error ?? new Error(each.message))
  const error = Object.assign(new AggregateError(errors, message), { code: last.code })
  return createFailure({ ...last, message, error })
}
