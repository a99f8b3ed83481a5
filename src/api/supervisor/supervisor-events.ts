import type { Failure } from '../../errors/failure.ts'

/**
 * What a supervisor tells, by `on()`. Listeners run in a microtask, in the order of what happened; what one throws goes to
 * `listenerError`, or is warned of once.
 *
 * @example
 * ```ts
 * import type { SupervisorEvents } from 'pg-supervisor'
 *
 * export const log = ({ attempts }: SupervisorEvents['recovered']) => console.log(`back after ${attempts} attempts`)
 * ```
 */
export interface SupervisorEvents {
  /** Found dead; once for each outage. */
  lost: { failure: Failure }
  /** The next attempt is made in `delayMs`. */
  reconnecting: { attempt: number; delayMs: number }
  /** Connected, and its recovery handlers have run. */
  recovered: { attempts: number }
  /** Given up: the schedule is exhausted, or the failure hopeless. */
  dead: { failure: Failure }
  /** A callback of yours threw or rejected where nobody awaits it; `during` says which. */
  listenerError: { error: unknown; during: string }
}
