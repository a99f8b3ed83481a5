/** Of all that have none yet: an empty set of its own takes 150 bytes of every idle connection. */
const none: Set<object> = new Set()

/** The transactions and sessions whose callbacks have not come to their end, nested ones included. */
export class Leases {
  #running = none
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#running.size
  }

  enter(lease: object): void {
    if (this.#running === none) this.#running = new Set()
    this.#running.add(lease)
  }

  leave(lease: object): void {
    this.#running.delete(lease)
    if (this.#running.size > 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves when all have left. */
  left(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
