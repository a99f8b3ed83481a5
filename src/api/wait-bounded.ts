import { Deadline } from '../machines/deadline.ts'
import type { Core } from './core.ts'
import type { WaitOptions } from './queryable.ts'
import { checkWaitOptions } from './request-bounds.ts'

/** Waits for something that goes on by itself; an abort or a deadline ends the waiting, not the thing. */
export async function waitBounded<T>(core: Core, work: Promise<T>, options: WaitOptions): Promise<T> {
  const { signal, timeoutMs } = options
  work.catch(() => undefined)
  checkWaitOptions(options)
  if (signal === undefined && timeoutMs === undefined) return work
  if (signal?.aborted) throw signal.reason
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal?.reason)
    const deadline =
      timeoutMs === undefined
        ? undefined
        : new Deadline(core.clock, timeoutMs, () => reject(core.refusals.timedOut(timeoutMs, 'queue')))
    signal?.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => {
      deadline?.clear()
      signal?.removeEventListener('abort', abort)
    })
  })
}
