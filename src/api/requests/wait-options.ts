import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkNumber, checkSignal } from '../../errors/check-option.ts'
import type { WaitOptions } from '../queryable.ts'

/** @throws {InvalidOptionError} */
export function checkWaitOptions(options: WaitOptions): void {
  const { signal, timeoutMs } = options
  checkSignal(signal)
  if (timeoutMs !== undefined) {
    checkNumber('timeoutMs', timeoutMs, 'milliseconds, more than 0', (ms) => ms > 0 && ms <= longestDelayMs)
  }
}
