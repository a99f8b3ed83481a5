import type { Clock } from '../backoff/clock.ts'

/** Timers that do not keep the process alive. */
export const unrefing = (clock: Clock): Clock => ({
  now: () => clock.now(),
  setTimeout: (callback, ms) => {
    const id = clock.setTimeout(callback, ms)
    ;(id as Partial<NodeJS.Timeout> | undefined)?.unref?.()
    return id
  },
  clearTimeout: (id) => clock.clearTimeout(id),
})
