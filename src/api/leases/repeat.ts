// The same work again, as long as that is worth making, with pauses by a schedule.
import type { Clock } from '../../backoff/clock.ts'
import { Schedule } from '../../backoff/schedule.ts'
import { outcomeOf } from '../../errors/outcome-of.ts'
import type { WaitOptions } from '../queryable.ts'
import type { RetryPlan } from './transaction-options.ts'

export type Tried<T> =
  | { kind: 'done'; value: T }
  | { kind: 'failed'; error: unknown }
  | { kind: 'cut'; error: unknown }

export interface Repeating<T> {
  readonly plan: RetryPlan
  readonly clock: Clock
  /** The deadline spans all attempts and the pauses between them. */
  readonly bounds: WaitOptions
  tryOnce(bounds: WaitOptions, isRepetition: boolean): Promise<Tried<T>>
  /** False where there is nothing left to try it on. */
  mayGoOn(): boolean
  pause(ms: number, bounds: WaitOptions): Promise<void>
  reportError(error: unknown): void
}

export async function repeated<T>(work: Repeating<T>): Promise<T> {
  const { plan, clock, bounds } = work
  const started = clock.now()
  // Most work is done once.
  let delays: Schedule | undefined
  // A COMMIT whose answer was lost, and whose caller vouched for repeating it.
  let doubt: { error: unknown } | undefined
  try {
    for (let attempt = 1; ; attempt++) {
      const tried = await work.tryOnce(leftOf(bounds, clock.now() - started), attempt > 1)
      if (tried.kind === 'done') return tried.value
      if (!work.mayGoOn() || !mayRepeat(tried, attempt, plan)) throw tried.error
      delays ??= new Schedule(plan.backoff, (error) => work.reportError(error))
      const delayMs = delays.next()
      if (delayMs === undefined) throw tried.error
      if (outcomeOf(tried.error) === 'unknown') doubt ??= tried
      await work.pause(delayMs, leftOf(bounds, clock.now() - started))
    }
  } catch (error) {
    // That the repetition was not applied says nothing of what it was to repeat.
    throw doubt !== undefined && outcomeOf(error) === 'notApplied' ? doubt.error : error
  } finally {
    delays?.close()
  }
}

function mayRepeat(tried: { kind: string; error: unknown }, attempt: number, plan: RetryPlan): boolean {
  return tried.kind === 'failed' && attempt < plan.attempts && plan.isWorth(tried.error)
}

/** What is left of them after so long. */
export function leftOf({ signal, timeoutMs }: WaitOptions, usedMs: number): WaitOptions {
  if (signal === undefined && timeoutMs === undefined) return unbounded
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, timeoutMs - usedMs) }),
  }
}

const unbounded: WaitOptions = {}
