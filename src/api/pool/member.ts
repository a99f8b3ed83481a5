import type { Connection } from '../connection.ts'
import type { Candidate } from './choosing.ts'

/** One statement handed to a member, from then until it is settled. */
interface Use {
  readonly at: number
  older: Use | undefined
  newer: Use | undefined
}

/** A connection in the pool, and what it is doing there. */
export class Member implements Candidate {
  readonly id: string
  readonly connection: Connection
  /** When it became idle last. */
  idleSince: number
  /** From then on it is too old; never, where nothing is. */
  oldFrom = Number.POSITIVE_INFINITY
  /** It is being taken out by hand: given nothing more, and told when it is idle. */
  leaving: (() => void) | undefined
  /** It was taken out: nobody of the pool ends it. */
  isReleased = false
  /** It has been up once, and was told. */
  wasAdded = false
  readonly #became: (member: Member) => void
  #oldest: Use | undefined
  #newest: Use | undefined
  #statements = 0
  #isLeased = false

  /** @param became hears that it has something less to do. */
  constructor(id: string, connection: Connection, now: number, became: (member: Member) => void) {
    this.id = id
    this.connection = connection
    this.idleSince = now
    this.#became = became
  }

  get isUp(): boolean {
    return this.connection.isUsable
  }

  get isTaken(): boolean {
    return this.#isLeased || this.leaving !== undefined
  }

  get pending(): number {
    return this.#statements
  }

  get oldestAt(): number {
    return this.#oldest?.at ?? Number.POSITIVE_INFINITY
  }

  get isBusy(): boolean {
    return this.#isLeased || this.#statements > 0
  }

  /** Returns how to say that the statement is settled. */
  begin(now: number): () => void {
    const use: Use = { at: now, older: this.#newest, newer: undefined }
    if (this.#newest === undefined) this.#oldest = use
    else this.#newest.newer = use
    this.#newest = use
    this.#statements++
    return () => this.#end(use)
  }

  /** Returns how to give it back. */
  lease(): () => void {
    this.#isLeased = true
    return () => {
      this.#isLeased = false
      this.#became(this)
    }
  }

  #end(use: Use): void {
    const { older, newer } = use
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    this.#statements--
    this.#became(this)
  }
}
