import type { Clock } from '../backoff/clock.ts'
import { Deadline } from '../machines/deadline.ts'
import type { WaitOptions } from './queryable.ts'
import { checkWaitOptions, reasonOf } from './requests/wait-options.ts'

/** A connection, or a pool. */
export interface WaitHost {
  readonly clock: Clock
  readonly refusals: { timedOut(ms: number, phase: 'queue'): Error }
}

/**
 * Begins something that goes on by itself, and waits for it; an abort or a deadline ends the waiting, not the thing. Of bad
 * options, or a signal that is aborted already, nothing begins.
 */
export async function waitBounded<T>(
  host: WaitHost,
  begin: () => Promise<T>,
  options: WaitOptions,
): Promise<T> {
  const { signal, timeoutMs } = options
  checkWaitOptions(options)
  if (signal?.aborted) throw reasonOf(signal)
  const work = begin()
  if (signal === undefined && timeoutMs === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal as AbortSignal))
    const deadline =
      timeoutMs === undefined
        ? undefined
        : new Deadline(host.clock, timeoutMs, () => reject(host.refusals.timedOut(timeoutMs, 'queue')))
    signal?.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => {
      deadline?.clear()
      signal?.removeEventListener('abort', abort)
    })
  })
}
