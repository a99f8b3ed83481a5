import { Deadline } from '../../machines/deadline.ts'
import type { Core } from '../core.ts'
import type { WaitOptions } from '../queryable.ts'
import { reasonOf } from '../requests/wait-options.ts'

/** Ends something by its caller's signal or deadline; `phase` says what it was doing then. Returns how to let go. */
export function bindTo(
  core: Core,
  { signal, timeoutMs }: WaitOptions,
  end: (error: unknown) => void,
  phase: () => 'queue' | 'execution' | 'cursor',
): () => void {
  const abort = (): void => end(reasonOf(signal as AbortSignal))
  if (signal?.aborted) {
    abort()
    return () => undefined
  }
  signal?.addEventListener('abort', abort, { once: true })
  const deadline =
    timeoutMs === undefined
      ? undefined
      : new Deadline(core.clock, timeoutMs, () => end(core.refusals.timedOut(timeoutMs, phase())))
  return () => {
    signal?.removeEventListener('abort', abort)
    deadline?.clear()
  }
}
