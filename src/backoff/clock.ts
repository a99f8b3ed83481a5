/**
 * Time as everything here sees it; another one makes hours pass in a test at once.
 *
 * @example
 * ```ts
 * import { type Clock, Connection } from 'pg-supervisor'
 *
 * const twiceAsFast: Clock = {
 *   now: () => 2 * (performance.timeOrigin + performance.now()),
 *   setTimeout: (callback, ms) => setTimeout(callback, ms / 2),
 *   clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
 * }
 * const connection = new Connection({ clock: twiceAsFast })
 * ```
 */
export interface Clock {
  /** Unix milliseconds; never goes back. */
  now(): number
  /** `ms` is never more than 2 147 483 647. Returns what clearTimeout takes. */
  setTimeout(callback: () => void, ms: number): unknown
  /** Passes over what it does not know, and undefined. */
  clearTimeout(id: unknown): void
}

/** Unlike Date.now() it does not jump when somebody sets the machine's clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout | undefined),
}
