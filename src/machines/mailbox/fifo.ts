/**
 * A queue whose `shift` stays cheap at any length: Array#shift becomes linear from some ten thousand entries on, which
 * is where a burst of statements ends up. A short one is emptied and filled again in the same array.
 */
export class Fifo<T> {
  #items: (T | undefined)[] = []
  #head = 0
  #end = 0

  get size(): number {
    return this.#end - this.#head
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items[this.#end++] = item
  }

  shift(): T | undefined {
    if (this.#head === this.#end) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head === this.#end) this.#startAnew(this.#end > roomKept ? [] : this.#items, 0)
    else if (this.#head > roomKept) this.#startAnew(this.#items.slice(this.#head, this.#end), this.size)
    return item
  }

  /** Puts items before the first, in their order. */
  unshift(items: readonly T[]): void {
    if (items.length === 0) return
    const all = [...items, ...this]
    this.#startAnew(all, all.length)
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#end; index++) yield this.#items[index] as T
  }

  #startAnew(items: (T | undefined)[], end: number): void {
    this.#items = items
    this.#head = 0
    this.#end = end
  }
}

/** Entries for which an array is worth keeping. */
const roomKept = 4096
