// Who wants to see each request's life: nobody in production, the inspector and the recorder in development. Watchers see
// the request itself and must not change it; what they throw is theirs to catch.
import type { Request } from './request.ts'

export interface RequestWatcher {
  /** Accepted, whatever becomes of it; the chart has not heard of it yet. */
  asked(request: Request): void
  /** Handed to the socket. */
  written(request: Request): void
  /** `error` undefined = answered. */
  settled(request: Request, error: unknown): void
}

/** Undefined while nobody watches, so that the hot path asks one question. */
export type RequestWatch = RequestWatcher | undefined

/** The same watch with one more watcher. */
export function joinWatch(watch: RequestWatch, joining: RequestWatcher): RequestWatcher {
  return new Watchers([...watchersOf(watch), joining])
}

/** The same watch without one of its watchers. */
export function leaveWatch(watch: RequestWatch, leaving: RequestWatcher): RequestWatch {
  const left = watchersOf(watch).filter((watcher) => watcher !== leaving)
  return left.length === 0 ? undefined : new Watchers(left)
}

class Watchers implements RequestWatcher {
  readonly all: readonly RequestWatcher[]

  constructor(all: readonly RequestWatcher[]) {
    this.all = all
  }

  asked(request: Request): void {
    for (const watcher of this.all) watcher.asked(request)
  }

  written(request: Request): void {
    for (const watcher of this.all) watcher.written(request)
  }

  settled(request: Request, error: unknown): void {
    for (const watcher of this.all) watcher.settled(request, error)
  }
}

const watchersOf = (watch: RequestWatch): readonly RequestWatcher[] =>
  watch instanceof Watchers ? watch.all : watch === undefined ? [] : [watch]
