// Who wants to see each step of a chart: the flight recorder. Cheaper than XState's own inspection, which makes two objects of
// every event as soon as anybody listens: what the fast path answers is told by one call, and only while somebody watches.
import type { AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate'

export interface ChartStep {
  readonly event: { readonly type: string }
  /** None where nothing answers it. */
  readonly took: readonly AnyTransitionDefinition[]
  readonly after: AnyMachineSnapshot
}

/** What a watcher throws is its own to catch. */
export interface StepWatcher {
  /** The fast path answered an event that changes nothing. */
  repeated(type: string): void
  stepped(step: ChartStep): void
}

/** Undefined while nobody watches, so that the hot path asks one question. */
export interface StepWatched {
  stepWatchers?: readonly StepWatcher[] | undefined
}

/** Returns how to stop. */
export function watchSteps(watched: StepWatched, watcher: StepWatcher): () => void {
  watched.stepWatchers = [...(watched.stepWatchers ?? []), watcher]
  return () => {
    const left = watched.stepWatchers?.filter((other) => other !== watcher) ?? []
    watched.stepWatchers = left.length === 0 ? undefined : left
  }
}
