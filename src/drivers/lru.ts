interface Entry<V> {
  readonly key: string
  value: V
  older: Entry<V> | undefined
  newer: Entry<V> | undefined
}

/**
 * A map that keeps its most recently used entries, up to a limit. A use moves links and allocates nothing: the order of
 * insertion of a Map would serve as well, but filling it anew at each use leaves more to the collector than the queries do.
 */
export class Lru<V> {
  readonly #limit: number
  /** Made with the first one: idle sessions have prepared nothing. */
  #entries: Map<string, Entry<V>> | undefined
  #oldest: Entry<V> | undefined
  #newest: Entry<V> | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries?.size ?? 0
  }

  get(key: string): V | undefined {
    // The same again and again is the most frequent use of all.
    if (this.#newest?.key === key) return this.#newest.value
    const entry = this.#entries?.get(key)
    if (entry === undefined) return undefined
    this.#unlink(entry)
    this.#append(entry)
    return entry.value
  }

  /** Puts an entry in; returns the one that had to go for it. */
  set(key: string, value: V): V | undefined {
    this.delete(key)
    const entry: Entry<V> = { key, value, older: undefined, newer: undefined }
    this.#entries ??= new Map()
    this.#entries.set(key, entry)
    this.#append(entry)
    const oldest = this.#oldest
    if (this.#entries.size <= this.#limit || oldest === undefined) return undefined
    this.delete(oldest.key)
    return oldest.value
  }

  delete(key: string): void {
    const entry = this.#entries?.get(key)
    if (entry === undefined) return
    this.#entries?.delete(key)
    this.#unlink(entry)
  }

  /** A copy, in no order that matters. */
  entries(): [string, V][] {
    return [...(this.#entries ?? [])].map(([key, { value }]) => [key, value])
  }

  #append(entry: Entry<V>): void {
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink(entry: Entry<V>): void {
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.older = undefined
    entry.newer = undefined
  }
}
