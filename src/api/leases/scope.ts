// From which transaction or session is this call made? The async context remembers the lanes it is inside of, so that a
// request which would wait for its own caller is refused instead of hanging for ever.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Lane } from '../../machines/mailbox/lane.ts'

interface Scope {
  readonly lane: Lane
  readonly around: Scope | undefined
}

const scopes = new AsyncLocalStorage<Scope>()

export function runInside<T>(lane: Lane, work: () => T): T {
  return scopes.run({ lane, around: scopes.getStore() }, work)
}

/** The lane that this is run inside of. */
export const laneOfNow = (): Lane | undefined => scopes.getStore()?.lane

/** True when a lane within `lane` is open and this call is made from inside of it. */
export function isNestedIn(lane: Lane): boolean {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.around) {
    if (scope.lane !== lane && scope.lane.stage !== 'ended' && scope.lane.isWithin(lane)) return true
  }
  return false
}

/** Listeners and observers run in the context they were registered in, not in that of whatever woke them. */
export function inContextOfNow<A extends unknown[], R>(callback: (...args: A) => R): (...args: A) => R {
  const run = AsyncLocalStorage.snapshot()
  return (...args) => run(callback, ...args)
}
