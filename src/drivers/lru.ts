/** A map that keeps its most recently used entries, up to a limit. */
export class Lru<V> {
  readonly #limit: number
  readonly #entries = new Map<string, V>()
  #newest: string | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    // A Map iterates in order of insertion: putting an entry in anew makes it the youngest.
    if (value !== undefined && key !== this.#newest) this.#put(key, value)
    return value
  }

  /** Puts an entry in; returns the one that had to go for it. */
  set(key: string, value: V): V | undefined {
    this.#put(key, value)
    if (this.#entries.size <= this.#limit) return undefined
    const [oldestKey, oldest] = this.#entries.entries().next().value as [string, V]
    this.#entries.delete(oldestKey)
    return oldest
  }

  delete(key: string): void {
    this.#entries.delete(key)
    if (this.#newest === key) this.#newest = undefined
  }

  #put(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#newest = key
  }
}
