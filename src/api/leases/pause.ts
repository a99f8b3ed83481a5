import type { Clock } from '../../backoff/clock.ts'
import type { WaitOptions } from '../queryable.ts'
import { reasonOf } from '../requests/wait-options.ts'

/** Whatever may be ended while somebody waits. */
export interface PauseHost {
  readonly clock: Clock
  readonly refusals: { timedOut(ms: number, phase: 'queue'): Error; closed(): Error }
  onShut(listener: () => void): () => void
}

/** Waits between two attempts of the same work; an abort, a deadline or the connection's end cuts it short. */
export function pause(
  host: PauseHost,
  ms: number,
  { signal, timeoutMs = Number.POSITIVE_INFINITY }: WaitOptions,
): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const { clock, refusals } = host
    const isTooLong = ms >= timeoutMs
    const done = (settle: () => void): void => {
      clock.clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      stopWatching()
      settle()
    }
    const abort = (): void => done(() => reject(reasonOf(signal as AbortSignal)))
    const timer = clock.setTimeout(
      () => done(isTooLong ? () => reject(refusals.timedOut(timeoutMs, 'queue')) : resolve),
      Math.min(ms, timeoutMs),
    )
    const stopWatching = host.onShut(() => done(() => reject(refusals.closed())))
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
}
