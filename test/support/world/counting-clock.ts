import { type Clock, systemClock } from '../../../src/backoff/clock.ts'

/** The system's clock, which knows what was set on it and neither ran nor was cleared, unref'ed timers included. */
export class CountingClock implements Clock {
  readonly #open = new Map<unknown, number>()
  readonly #awaited = new Map<number, () => void>()

  get openTimers(): readonly number[] {
    return [...this.#open.values()]
  }

  /** Resolves when the next timer of so many milliseconds is set, before anything else can happen. */
  nextSet(ms: number): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(ms, resolve))
  }

  now(): number {
    return systemClock.now()
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const id = systemClock.setTimeout(() => {
      this.#open.delete(id)
      callback()
    }, ms)
    this.#open.set(id, ms)
    this.#awaited.get(ms)?.()
    this.#awaited.delete(ms)
    return id
  }

  clearTimeout(id: unknown): void {
    this.#open.delete(id)
    systemClock.clearTimeout(id)
  }
}
