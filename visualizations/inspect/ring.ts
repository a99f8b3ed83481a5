// The last messages, for those who come late. Bounded by number and by size; what is dropped is counted.

const longest = 100_000
const largest = 48 * 1024 * 1024

export class Ring {
  dropped = 0
  #lines: string[] = []
  #first = 0
  #size = 0

  push(line: string): void {
    this.#lines.push(line)
    this.#size += line.length
    while (this.length > longest || this.#size > largest) this.#drop()
  }

  get length(): number {
    return this.#lines.length - this.#first
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (let index = this.#first; index < this.#lines.length; index++) yield this.#lines[index]!
  }

  #drop(): void {
    this.#size -= this.#lines[this.#first]!.length
    this.#lines[this.#first++] = ''
    this.dropped++
    if (this.#first < longest / 2) return
    this.#lines = this.#lines.slice(this.#first)
    this.#first = 0
  }
}
