import type { Faults } from './faults.ts'

/** Carries out deliveries in their order: at once when nothing is wrong, else one a turn, each when it is due. */
export class DelayLine {
  readonly #faults: Faults
  readonly #waiting: { due: number; deliver: () => void }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(faults: Faults) {
    this.#faults = faults
  }

  pass(deliver: () => void): void {
    if (this.#waiting.length === 0 && !this.#faults.delays) {
      deliver()
    } else {
      this.#waiting.push({
        due: performance.now() + this.#faults.latencyMs + this.#faults.jitterMs * Math.random(),
        deliver,
      })
      this.run()
    }
  }

  /** Starts what may start; to be called when the cable is no longer frozen. */
  run(): void {
    const next = this.#waiting[0]
    if (next === undefined || this.#timer !== undefined || this.#faults.isFrozen) return
    this.#timer = setTimeout(() => this.#deliverNext(), next.due - performance.now())
  }

  discard(): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #deliverNext(): void {
    this.#timer = undefined
    if (!this.#faults.isFrozen) this.#waiting.shift()?.deliver()
    this.run()
  }
}
