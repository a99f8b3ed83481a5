import type { Lease } from './lease.ts'

/** The transactions and sessions whose callbacks have not come to their end, nested ones included. */
export class Leases {
  readonly #running = new Set<Lease>()
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#running.size
  }

  enter(lease: Lease): void {
    this.#running.add(lease)
  }

  leave(lease: Lease): void {
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
