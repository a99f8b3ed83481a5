import type { Clock } from '../backoff/clock.ts'

const made = new WeakMap<Clock, Clock>()

/** Timers that do not keep the process alive. One for each clock: every idle connection has two uses for it. */
export function unrefing(clock: Clock): Clock {
  const unrefed = made.get(clock) ?? unrefedTwin(clock)
  made.set(clock, unrefed)
  return unrefed
}

const unrefedTwin = (clock: Clock): Clock => ({
  now: () => clock.now(),
  setTimeout: (callback, ms) => {
    const id = clock.setTimeout(callback, ms)
    ;(id as Partial<NodeJS.Timeout> | undefined)?.unref?.()
    return id
  },
  clearTimeout: (id) => clock.clearTimeout(id),
})
