// The signal and the deadline that a caller bound a request to.

import { longestDelayMs } from '../backoff/longest-delay.ts'
import { checkNumber } from '../errors/check-option.ts'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { Deadline } from '../machines/deadline.ts'
import type { Request } from '../machines/request.ts'
import type { Core } from './core.ts'
import type { WaitOptions } from './queryable.ts'

export function checkWaitOptions(options: WaitOptions): void {
  const { signal, timeoutMs } = options
  checkSignal(signal)
  if (timeoutMs !== undefined) {
    checkNumber('timeoutMs', timeoutMs, 'milliseconds, more than 0', (ms) => ms > 0 && ms <= longestDelayMs)
  }
}

/** @throws {InvalidOptionError} */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal)
}

/** Once COMMIT is written nothing of the caller's can stop it. */
export function bindToOptions(core: Core, request: Request, options: WaitOptions): void {
  const { signal, timeoutMs } = options
  if (signal === undefined && timeoutMs === undefined) return
  const abort = (): void => core.abort(request, signal?.reason)
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

const isSignal = (value: unknown): value is AbortSignal =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
