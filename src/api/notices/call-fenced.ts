/** Calls what is the user's and nobody awaits: what it throws, or rejects with later, is reported and harms nobody. */
export function callFenced<T>(callback: () => T, report: (error: unknown) => void): T | undefined {
  try {
    const answer = callback()
    if (isThenable(answer)) answer.then(undefined, report)
    return answer
  } catch (error) {
    report(error)
    return undefined
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
