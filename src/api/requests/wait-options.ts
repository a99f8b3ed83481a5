import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkNumber } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { WaitOptions } from '../queryable.ts'

/** @throws {InvalidOptionError} */
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

const isSignal = (value: unknown): value is AbortSignal =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
