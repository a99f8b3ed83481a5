import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  /** What is awaited, in words that complete "did not happen:". */
  readonly what: string
  /** Milliseconds until it counts as never. @default 5000 */
  readonly timeoutMs?: number
}

/**
 * Repeats `check` until it neither throws nor answers `false`, and returns its answer: an assertion, which answers
 * nothing, or a condition. A search for what may not be there yet says `?? false`.
 *
 * @throws {Error} at the deadline; says what was awaited, with what `check` said last as its cause. A check that
 * never answers is given up as well.
 */
export async function eventually<Answer>(
  check: () => Answer | Promise<Answer>,
  { what, timeoutMs = 5000 }: Patience,
): Promise<Exclude<Answer, false>> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      const answer = await withDeadline(check, deadline)
      if (answer !== false) return answer as Exclude<Answer, false>
      last = 'the check answered false'
    } catch (error) {
      last = error
    }
    if (performance.now() + pauseMs > deadline) break
    await sleep(pauseMs)
  }
  const reason = last instanceof Error ? last.message : String(last)
  throw new Error(`did not happen within ${timeoutMs} ms: ${what} (${reason})`, { cause: last })
}

async function withDeadline<Answer>(
  check: () => Answer | Promise<Answer>,
  deadline: number,
): Promise<Answer> {
  const waiting = new AbortController()
  const answer = Promise.resolve(check())
  answer.catch(() => {}) // judged below, or too late to matter
  const alarm = sleep(Math.max(1, deadline - performance.now()), undefined, { signal: waiting.signal })
  try {
    return await Promise.race([
      answer,
      alarm.then(() => {
        throw new Error('the check did not answer')
      }),
    ])
  } finally {
    waiting.abort()
    alarm.catch(() => {})
  }
}
