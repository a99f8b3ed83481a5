// Where the live session lies while one actor hands it to the next: dialled by one, restored by another, worked by a
// third. What it reports with nobody on board is kept, in order, for whoever boards next.
import type { Wire, WireFact } from '../../drivers/driver.ts'

type Hear = (fact: WireFact) => void

export class Berth {
  #wire: Wire | undefined
  /** Of the session that lies here, or is expected; another's word is of the past. */
  #report: Hear | undefined
  #aboard: Hear | undefined
  #backlog: WireFact[] = []
  #buried: Promise<unknown> = Promise.resolve()

  /** Settles when every session that was taken out is closed. */
  get buried(): Promise<unknown> {
    return this.#buried
  }

  get wire(): Wire | undefined {
    return this.#wire
  }

  /** Where the session that is to moor next reports, until it is cleared away or the next is expected. */
  expect(): Hear {
    const report: Hear = (fact) => {
      if (this.#report !== report) return
      if (this.#aboard === undefined) this.#backlog.push(fact)
      else this.#aboard(fact)
    }
    this.#report = report
    this.#backlog = []
    return report
  }

  /** A session comes in; its facts go to whoever is aboard. */
  moor(wire: Wire): void {
    this.#wire = wire
  }

  /** Hears the session until the returned function is called. */
  board(hear: Hear): () => void {
    this.#aboard = hear
    const backlog = this.#backlog
    this.#backlog = []
    for (const fact of backlog) this.#report?.(fact)
    return () => {
      if (this.#aboard === hear) this.#aboard = undefined
    }
  }

  /** Takes the session out to be closed; nobody hears of it again. */
  clear(): Wire | undefined {
    const wire = this.#wire
    this.#wire = undefined
    this.#report = undefined
    this.#backlog = []
    return wire
  }

  /** Takes note of a session that is being closed, so that whoever ends the connection can wait for that. */
  bury(closing: Promise<unknown>): void {
    this.#buried = Promise.all([this.#buried, closing]).then(() => undefined)
  }
}
