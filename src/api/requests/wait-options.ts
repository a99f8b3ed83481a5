import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkNames, checkNumber, checkSignal } from '../../errors/check-option.ts'
import type { WaitOptions } from '../queryable.ts'

/** What the aborted are told; a signal that is not the platform's may come without a reason. */
export const reasonOf = (signal: AbortSignal): unknown =>
  signal.reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : signal.reason

/** @throws {InvalidOptionError} */
export function checkWaitOptions(options: WaitOptions): void {
  const { signal, timeoutMs } = options
  checkSignal(signal)
  if (timeoutMs !== undefined) {
    checkNumber('timeoutMs', timeoutMs, 'milliseconds, more than 0', (ms) => ms > 0 && ms <= longestDelayMs)
  }
}

/** Of a fetch, which has nothing else to say. @throws {InvalidOptionError} */
export function checkFetchOptions(options: unknown): void {
  checkNames(options, ['signal', 'timeoutMs'])
  checkWaitOptions(options)
}
