import { checkFunction, checkNames, checkNumber, checkSignal } from '../errors/check-option.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { RequestTimeoutError } from '../errors/request-errors.ts'
import { type Clock, systemClock } from './clock.ts'
import { exponentialBackoff } from './exponential.ts'
import { longestDelayMs } from './longest-delay.ts'
import { Schedule } from './schedule.ts'

/** When to try again, how often, and when to give up. */
export interface RetryOptions {
  /** A delay in ms before each attempt, the first included. Default exponentialBackoff(). */
  backoff?: () => Iterable<number>
  /** false = no more; what it throws is what retry() rejects with. Default: always. */
  shouldRetry?: (error: unknown, attempt: number) => boolean
  /** An attempt that takes longer fails with RequestTimeoutError and its signal is aborted. Default none. */
  attemptTimeoutMs?: number
  /** Ends everything at once: retry() rejects with its reason. */
  signal?: AbortSignal
  clock?: Clock
}

/** The promise of retry(), with what became of the attempts so far. */
export type Retrying<T> = Promise<T> & {
  /** What each failed attempt failed with, oldest first. */
  readonly errors: unknown[]
  /** Takes effect at the next delay; one that has begun is not shortened. */
  resetBackoff(backoff: () => Iterable<number>): void
}

/**
 * Calls `fn` until it succeeds, `shouldRetry` says no (false, or what it throws), or the schedule ends: then
 * rejects with the last error itself; all are in `promise.errors`. A first delay of 0 calls synchronously.
 * Rejects with InvalidOptionError for bad options, or a schedule that is none, and with what a schedule throws.
 *
 * @param fn is told the number of the attempt, from 1, and a signal that is aborted when nobody waits for
 * this attempt any more. What an abandoned attempt does later is ignored.
 *
 * @example
 * ```ts
 * import { exponentialBackoff, isRetrySafe, retry } from 'pg-supervisor'
 *
 * export function stubbornly<T>(work: () => Promise<T>): Promise<T> {
 *   return retry(work, { backoff: () => exponentialBackoff({ maxAttempts: 5 }), shouldRetry: isRetrySafe })
 * }
 * ```
 */
export function retry<T>(
  fn: (attempt: number, signal: AbortSignal) => Promise<T> | T,
  options: RetryOptions = {},
): Retrying<T> {
  // Read before it is checked, for bad options are told by rejection.
  const { backoff = exponentialBackoff, shouldRetry, signal } = options ?? {}
  const errors: unknown[] = []
  let schedule: Schedule | undefined
  let broken: { error: unknown } | undefined

  function resetBackoff(next: () => Iterable<number>): void {
    checkFunction('backoff', next)
    schedule?.close()
    schedule = new Schedule(next, (error) => {
      broken = { error }
    })
  }

  async function run(): Promise<T> {
    checkOptions(fn, options)
    signal?.throwIfAborted()
    resetBackoff(backoff)
    for (let attempt = 1; ; attempt++) {
      const delay = schedule?.next()
      if (broken) throw broken.error
      if (delay === undefined && attempt === 1)
        throw invalidOption('backoff', 'at least one delay', undefined)
      if (delay === undefined) throw errors.at(-1)
      if (delay > 0) await pause(delay, options)
      else if (attempt % attemptsInARow === 0) await turnOfTheLoop(signal)
      try {
        return await attemptOnce(fn, attempt, options)
      } catch (error) {
        signal?.throwIfAborted()
        errors.push(error)
        if (shouldRetry?.(error, attempt) === false) throw error
      }
    }
  }

  const settled = run().finally(() => schedule?.close())
  return Object.assign(settled, { errors, resetBackoff })
}

/** A schedule without delays must not keep timers and sockets, and so an abort, from ever having their turn. */
const attemptsInARow = 64

async function turnOfTheLoop(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal?.throwIfAborted()
}

function checkOptions(fn: unknown, options: RetryOptions): void {
  checkFunction('fn', fn)
  checkNames(options, ['backoff', 'shouldRetry', 'attemptTimeoutMs', 'signal', 'clock'])
  const { attemptTimeoutMs } = options
  if (options.shouldRetry !== undefined) checkFunction('shouldRetry', options.shouldRetry)
  checkSignal(options.signal)
  if (options.clock !== undefined) checkClock(options.clock)
  if (attemptTimeoutMs === undefined) return
  checkNumber('attemptTimeoutMs', attemptTimeoutMs, 'milliseconds, more than 0', (ms) => ms > 0)
}

function checkClock(clock: Clock | null): void {
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[method] !== 'function')
      throw invalidOption('clock', 'an object with now(), setTimeout() and clearTimeout()', clock)
  }
}

function pause(ms: number, { clock = systemClock, signal }: RetryOptions): Promise<void> {
  return unlessAborted(signal, (resolve) => {
    const timer = clock.setTimeout(resolve, ms)
    return () => clock.clearTimeout(timer)
  })
}

function attemptOnce<T>(
  fn: (attempt: number, signal: AbortSignal) => Promise<T> | T,
  attempt: number,
  { attemptTimeoutMs, clock = systemClock, signal }: RetryOptions,
): Promise<T> {
  const controller = new AbortController()
  return unlessAborted<T>(signal, (resolve, reject) => {
    const abandon = () => {
      // The attempt may go on unseen, so nobody can say that it had no effect.
      const message = `attempt ${attempt} was not done after ${attemptTimeoutMs} ms`
      const late = new RequestTimeoutError(message, { phase: 'execution', outcome: 'unknown' })
      reject(late)
      controller.abort(late)
    }
    const timer = attemptTimeoutMs && clock.setTimeout(abandon, Math.min(attemptTimeoutMs, longestDelayMs))
    // An async function calls fn now, and turns what it throws into a rejection.
    const call = async () => fn(attempt, controller.signal)
    call().then(resolve, reject)
    return () => {
      if (timer !== undefined) clock.clearTimeout(timer)
      if (signal?.aborted) controller.abort(signal.reason)
    }
  })
}

/** A promise that the signal rejects; `start` returns what is to be cleared away once it is settled. */
function unlessAborted<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let clear: (() => void) | undefined
    let done = false
    const finish = (settle: () => void) => {
      if (done) return
      done = true
      signal?.removeEventListener('abort', onAbort)
      settle()
      clear?.()
    }
    const onAbort = () => finish(() => reject(signal?.reason))
    signal?.addEventListener('abort', onAbort)
    clear = start(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    )
    if (done) clear()
  })
}
