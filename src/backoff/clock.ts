/** Time as everything here sees it; another one makes hours pass in a test at once. */
export interface Clock {
  /** Unix milliseconds; never goes back. */
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(id: unknown): void
}

/** Unlike Date.now() it does not jump when somebody sets the machine's clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout | undefined),
}
