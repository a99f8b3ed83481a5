import { type Clock, systemClock } from '../../backoff/clock.ts'
import { exponentialBackoff } from '../../backoff/exponential.ts'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkFunction, checkNames, checkNumber, checkSignal } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind } from '../options/option-kind.ts'
import { ownOptionKinds } from '../options/own-options.ts'

/** How a consumer takes what is in an outbox. */
export interface DurableListenOptions {
  /** Most messages in one call of the handler. Default 100. */
  batchSize?: number
  /** Milliseconds after which it looks without having been woken. Default 5000. */
  pollMs?: number
  /**
   * Milliseconds that a handler may be silent for: longer, and the server ends its session and rolls back, so that one that
   * hangs, or whose machine is gone, does not keep the others of its name away. 0 = the server's own setting. Default 60 000.
   */
  handlerTimeoutMs?: number
  /** Of a consumer that is new: all that is still in the outbox, or what is published from now on. Default 'beginning'. */
  from?: 'beginning' | 'now'
  /** Delays in ms after something failed, from a fresh iterable at each series of failures; exhausted = it ends. Default exponentialBackoff(). */
  backoff?: () => Iterable<number>
  /** Hears what a handler threw, and what else had a batch fail; what it throws itself is passed over. Default: a process warning at the first failure of the handler. */
  onError?: (error: unknown) => unknown
  /** Aborting closes it. */
  signal?: AbortSignal
  clock?: Clock
}

export type DurableSettings = Readonly<Required<Omit<DurableListenOptions, 'signal' | 'onError'>>> &
  Readonly<Pick<DurableListenOptions, 'signal' | 'onError'>>

/** @throws {InvalidOptionError} */
export function readDurableOptions(options: DurableListenOptions): DurableSettings {
  checkNames(options, names)
  const settings = { ...defaults, ...withoutUndefined(options) }
  const { batchSize, pollMs, handlerTimeoutMs, from, backoff, onError, signal, clock } = settings
  checkNumber('batchSize', batchSize, 'a whole number from 1 to 100 000', (n) => isWhole(n) && n <= 100_000)
  checkNumber('pollMs', pollMs, 'milliseconds, more than 0', (ms) => ms > 0 && ms <= longestDelayMs)
  const isDuration = (ms: number): boolean => ms === 0 || (isWhole(ms) && ms <= longestDelayMs)
  checkNumber('handlerTimeoutMs', handlerTimeoutMs, 'whole milliseconds, 0 or more', isDuration)
  if (from !== 'beginning' && from !== 'now') throw invalidOption('from', "'beginning' or 'now'", from)
  checkFunction('backoff', backoff)
  if (onError !== undefined) checkFunction('onError', onError)
  checkSignal(signal)
  checkKind('clock', clock, ownOptionKinds.clock)
  return settings
}

const defaults = {
  batchSize: 100,
  pollMs: 5000,
  handlerTimeoutMs: 60_000,
  from: 'beginning',
  backoff: () => exponentialBackoff(),
  clock: systemClock,
} satisfies DurableListenOptions

const names = [...Object.keys(defaults), 'onError', 'signal']

const isWhole = (n: number): boolean => Number.isInteger(n) && n > 0

const withoutUndefined = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
