import type { Clock } from '../backoff/clock.ts'

interface Timer {
  dueAt: number
  callback: () => void
}

/**
 * A clock that stands still until it is told to go on. Timers run in the order in which they are due.
 *
 * @example
 * ```ts
 * import { VirtualClock } from 'pg-supervisor/machines'
 *
 * const clock = new VirtualClock()
 * clock.setTimeout(() => console.log('an hour later'), 3_600_000)
 * clock.advance(3_600_000)
 * ```
 */
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

  /** Of the timer that runs next; undefined without timers. */
  get nextDueAt(): number | undefined {
    return this.#next?.[1].dueAt
  }

  /** Unix milliseconds; at first those of 1 January 2025. */
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
    const next = this.#next
    if (next === undefined || next[1].dueAt > until) return false
    const [id, { dueAt, callback }] = next
    this.#timers.delete(id)
    this.#now = Math.max(this.#now, dueAt)
    callback()
    return true
  }

  get #next(): [id: number, timer: Timer] | undefined {
    let next: [number, Timer] | undefined
    for (const entry of this.#timers) if (next === undefined || entry[1].dueAt < next[1].dueAt) next = entry
    return next
  }
}
