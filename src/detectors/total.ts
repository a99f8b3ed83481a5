import type { DeathChecker } from './detector.ts'

/**
 * A checker of a user, made to answer always. One that throws, or answers with a promise (which nobody
 * could wait for), is reported and its answer is `verdict`: a judge that broke must not keep a session
 * alive that nobody has judged.
 */
export function total(
  checker: DeathChecker,
  report: (error: unknown) => void,
  verdict: boolean = true,
): DeathChecker {
  return (failure) => {
    try {
      const answer: unknown = checker(failure)
      if (!isThenable(answer)) return Boolean(answer)
      answer.then(undefined, report)
      report(new TypeError('a death checker must answer at once, not with a promise'))
    } catch (error) {
      report(error)
    }
    return verdict
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
