/** Reads a clock once in a turn of the event loop: a busy connection asks for the time a hundred times in one. */
export class TurnClock {
  readonly #read: () => number
  #at = 0
  #isKnown = false

  constructor(read: () => number) {
    this.#read = read
  }

  /** To the turn. */
  get turn(): number {
    return this.#isKnown ? this.#at : this.exact()
  }

  exact(): number {
    this.#at = this.#read()
    if (!this.#isKnown) {
      this.#isKnown = true
      setImmediate(() => {
        this.#isKnown = false
      })
    }
    return this.#at
  }
}
