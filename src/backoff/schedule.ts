import { invalidOption } from '../errors/invalid-option-error.ts'
import { longestDelayMs } from './longest-delay.ts'

/**
 * The delays of one outage, drawn one by one from a user's iterable. Total: what the iterable throws is
 * reported and ends the schedule, as does anything that is not a number, for such an iterable is no
 * schedule and going on without a delay would be a storm. Numbers are clamped to what a timer takes:
 * negative ones to 0 (a jittered delay may fall below), large ones to 2³¹ − 1.
 */
export class Schedule {
  #iterator: Iterator<unknown> | undefined
  readonly #report: (error: unknown) => void

  constructor(backoff: () => Iterable<number>, report: (error: unknown) => void) {
    this.#report = report
    this.#attempt(() => {
      this.#iterator = backoff()[Symbol.iterator]()
    })
  }

  /** Milliseconds to wait before the next attempt; undefined = exhausted, from then on for ever. */
  next(): number | undefined {
    return this.#attempt(() => {
      const step = this.#iterator?.next()
      if (step === undefined || step.done) {
        this.#iterator = undefined
        return undefined
      }
      const delay: unknown = step.value
      if (typeof delay !== 'number' || Number.isNaN(delay)) {
        this.close()
        throw invalidOption('backoff', 'an iterable of milliseconds', delay)
      }
      return Math.min(Math.max(delay, 0), longestDelayMs)
    })
  }

  /** Tells the iterable that nothing more is wanted, as leaving a loop does. */
  close(): void {
    const iterator = this.#iterator
    this.#iterator = undefined
    this.#attempt(() => {
      iterator?.return?.()
    })
  }

  #attempt<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      this.#iterator = undefined
      this.#report(error)
      return undefined
    }
  }
}
