/** Rows that were fetched and not asked for yet. */
export class ReadAhead<R> {
  #rows: R[] = []
  #next = 0

  get size(): number {
    return this.#rows.length - this.#next
  }

  put(rows: R[]): void {
    this.#rows = rows
    this.#next = 0
  }

  /** There has to be one. */
  shift(): R {
    return this.#rows[this.#next++] as R
  }

  take(count: number): R[] {
    const rows = this.#rows.slice(this.#next, this.#next + count)
    this.#next += rows.length
    return rows
  }

  drop(): void {
    this.put([])
  }
}
