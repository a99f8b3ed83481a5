// The signal and the deadline that a caller bound a request to.

import { Deadline } from '../../machines/deadline.ts'
import type { Request } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { WaitOptions } from '../queryable.ts'
import { reasonOf } from './wait-options.ts'

/** Once COMMIT is written nothing of the caller's can stop it. */
export function bindToOptions(core: Core, request: Request, options: WaitOptions): void {
  const { signal, timeoutMs } = options
  if (signal === undefined && timeoutMs === undefined) return
  const abort = (): void => core.abort(request, reasonOf(signal as AbortSignal))
  signal?.addEventListener('abort', abort, { once: true })
  const deadline =
    timeoutMs === undefined
      ? undefined
      : new Deadline(core.clock, timeoutMs, () => core.timeOut(request, timeoutMs))
  core.ledger.bind(request, () => {
    signal?.removeEventListener('abort', abort)
    deadline?.clear()
  })
}
