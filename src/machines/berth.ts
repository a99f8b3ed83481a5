// Where the live session lies while one actor hands it to the next: dialled by one, restored by another, worked by a
// third. What it reports with nobody on board is kept, in order, for whoever boards next.
import type { Wire, WireFact } from '../drivers/driver.ts'

export class Berth {
  #wire: Wire | undefined
  #aboard: ((fact: WireFact) => void) | undefined
  #backlog: WireFact[] = []

  get wire(): Wire | undefined {
    return this.#wire
  }

  /** A session comes in; its facts go to whoever is aboard. */
  moor(wire: Wire): void {
    this.#wire = wire
  }

  readonly report = (fact: WireFact): void => {
    if (this.#aboard === undefined) this.#backlog.push(fact)
    else this.#aboard(fact)
  }

  /** Hears the session until the returned function is called. */
  board(hear: (fact: WireFact) => void): () => void {
    this.#aboard = hear
    const backlog = this.#backlog
    this.#backlog = []
    for (const fact of backlog) this.report(fact)
    return () => {
      if (this.#aboard === hear) this.#aboard = undefined
    }
  }

  /** Takes the session out to be closed; nobody hears of it again. */
  clear(): Wire | undefined {
    const wire = this.#wire
    this.#wire = undefined
    this.#backlog = []
    return wire
  }
}
