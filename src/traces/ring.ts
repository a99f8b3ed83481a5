/** The last so many of something. */
export class Ring<T> implements Iterable<T> {
  readonly #limit: number
  readonly #items: T[] = []
  #oldest = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Returns what had to make room. */
  push(item: T): T | undefined {
    if (this.#items.length < this.#limit) {
      this.#items.push(item)
      return undefined
    }
    const dropped = this.#items[this.#oldest]
    this.#items[this.#oldest] = item
    this.#oldest = (this.#oldest + 1) % this.#limit
    return dropped
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.#items.length; index++)
      yield this.#items[(this.#oldest + index) % this.#items.length] as T
  }
}
