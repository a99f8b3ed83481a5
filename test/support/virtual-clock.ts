import type { Clock } from '../../src/backoff/clock.ts'

interface Timer {
  dueAt: number
  callback: () => void
}

/** A clock that stands still until it is told to go on. Timers run in the order in which they are due. */
export class VirtualClock implements Clock {
  #now: number
  #lastId = 0
  readonly #timers = new Map<number, Timer>()

  constructor(startAt: number = Date.UTC(2025, 0, 1)) {
    this.#now = startAt
  }

  /** Timers set and neither run nor cleared. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, ms: number): number {
    const id = ++this.#lastId
    this.#timers.set(id, { callback, dueAt: this.#now + Math.max(ms, 0) })
    return id
  }

  clearTimeout(id: unknown): void {
    this.#timers.delete(id as number)
  }

  /** Runs what falls due on the way, also what is set meanwhile; promises settle only afterwards. */
  advance(ms: number): void {
    const until = this.#now + ms
    while (this.#runNext(until));
    this.#now = until
  }

  /** The same, and lets promises settle before the first, after each timer, and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const until = this.#now + ms
    do await new Promise((resolve) => setImmediate(resolve))
    while (this.#runNext(until))
    this.#now = until
  }

  #runNext(until: number): boolean {
    let next: [number, Timer] | undefined
    for (const entry of this.#timers) {
      if (entry[1].dueAt <= until && (next === undefined || entry[1].dueAt < next[1].dueAt)) next = entry
    }
    if (next === undefined) return false
    this.#timers.delete(next[0])
    this.#now = Math.max(this.#now, next[1].dueAt)
    next[1].callback()
    return true
  }
}
