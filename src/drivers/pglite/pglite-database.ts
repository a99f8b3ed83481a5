// One PGlite, which is one server session, and the visitors who share it: each in turn, from the first message of a group to
// the ReadyForQuery that says idle. So a transaction of one holds up the others, and nothing foreign gets into it.
import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { cancelledReply, emptyReply, queryOf, readReply, sync } from './backend-messages.ts'

/** As much of PGlite as is needed. */
export interface ProtocolDatabase {
  readonly waitReady: Promise<void>
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/** Whom the database answers. */
export interface Visitor {
  hear(reply: Buffer): void
  /** It can answer no more. */
  failed(error: Error): void
}

/** Messages to be answered at once. */
export interface Group {
  readonly bytes: Buffer
  /** An empty query, as monitors send it. */
  readonly isEmpty: boolean
}

interface Seat {
  readonly groups: Group[]
  /** As of its last ReadyForQuery. */
  status: string
  /** All it asked is answered. */
  emptied: (() => unknown)[]
}

export class PgliteDatabase {
  readonly #database: Promise<ProtocolDatabase>
  /** In the order in which they have their turns. */
  readonly #seats = new Map<Visitor, Seat>()
  /** Whose turn it is, until it is idle. */
  #holder: Visitor | undefined
  #isRunning = false
  failure: Error | undefined

  constructor(start: () => Promise<ProtocolDatabase>) {
    this.#database = start().then(async (database) => {
      await database.waitReady
      return database
    })
    this.#database.catch((error: Error) => this.#fail(error))
  }

  enter(visitor: Visitor): void {
    this.#seats.set(visitor, { groups: [], status: 'I', emptied: [] })
    if (this.failure !== undefined) visitor.failed(this.failure)
  }

  /** Asks for a group to be answered; `isAnswered` is called when nothing of the visitor's waits. */
  ask(visitor: Visitor, group: Group, isAnswered: () => void): void {
    const seat = this.#seats.get(visitor)
    if (seat === undefined) return isAnswered()
    seat.groups.push(group)
    seat.emptied.push(isAnswered)
    void this.#run()
  }

  /** Cancels the visitor's oldest group if its turn has not come. What has begun can't be interrupted: it has the thread. */
  cancel(visitor: Visitor): void {
    const seat = this.#seats.get(visitor)
    if (seat === undefined || this.#holder === visitor || seat.groups.length === 0) return
    seat.groups.shift()
    this.#tellEmptied(seat)
    visitor.hear(cancelledReply)
  }

  /** What the visitor left open is rolled back, and the last one's settings, LISTENs and names go with it. */
  leave(visitor: Visitor): void {
    const seat = this.#seats.get(visitor)
    if (seat === undefined) return
    seat.groups.length = 0
    this.#tellEmptied(seat)
    this.#seats.delete(visitor)
    const farewell: Buffer[] = []
    if (this.#holder === visitor) farewell.push(sync, queryOf('rollback'))
    if (this.#seats.size === 0) farewell.push(queryOf('discard all'))
    if (farewell.length === 0) return
    const ghost: Visitor = { hear: () => undefined, failed: () => undefined }
    const emptied = [() => this.#seats.delete(ghost)]
    const others = [...this.#seats]
    this.#seats.clear()
    // Before everybody else, and all at once: whoever comes next must find a session like a new one.
    this.#seats.set(ghost, {
      groups: [{ bytes: Buffer.concat(farewell), isEmpty: false }],
      status: 'I',
      emptied,
    })
    for (const [other, theirs] of others) this.#seats.set(other, theirs)
    if (this.#holder === visitor) this.#holder = ghost
    void this.#run()
  }

  async close(): Promise<void> {
    this.#fail(new Error('the database was closed'))
    const database = await this.#database.catch(() => undefined)
    await database?.close()
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      const database = await this.#database
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        await this.#answer(database, ...next)
        // Timers, sockets and other callers want their turn as well.
        await turnOfLoop()
      }
    } catch (error) {
      this.#fail(error as Error)
    } finally {
      this.#isRunning = false
    }
  }

  #next(): [Visitor, Seat] | undefined {
    if (this.failure !== undefined) return undefined
    return [...this.#seats].find(
      ([
        visitor,
        {
          groups: [first],
        },
      ]) => first !== undefined && (first.isEmpty || this.#holder === undefined || this.#holder === visitor),
    )
  }

  async #answer(database: ProtocolDatabase, visitor: Visitor, seat: Seat): Promise<void> {
    const group = seat.groups.shift()!
    if (group.isEmpty && this.#holder !== visitor) return this.#answerEmpty(visitor, seat)
    this.#holder = visitor
    // A copy: PGlite writes its next reply over that of a startup.
    const reply = Buffer.from(await database.execProtocolRaw(group.bytes))
    const { status, notifications } = readReply(reply)
    seat.status = status ?? seat.status
    // A Flush ends nothing: what is open belongs to its visitor.
    if (status === 'I' && this.#holder === visitor) this.#holder = undefined
    if (this.#seats.has(visitor)) visitor.hear(reply)
    if (seat.groups.length === 0) this.#tellEmptied(seat)
    for (const [other] of this.#seats) {
      if (other !== visitor) for (const notification of notifications) other.hear(notification)
    }
    // To the end of the line.
    if (this.#holder === undefined && this.#seats.delete(visitor)) this.#seats.set(visitor, seat)
  }

  /** Whoever has the turn: a monitor that asks whether the server lives must not wait for it. */
  #answerEmpty(visitor: Visitor, seat: Seat): void {
    visitor.hear(emptyReply(seat.status))
    if (seat.groups.length === 0) this.#tellEmptied(seat)
  }

  #tellEmptied(seat: Seat): void {
    const { emptied } = seat
    seat.emptied = []
    for (const tell of emptied) tell()
  }

  #fail(error: Error): void {
    if (this.failure !== undefined) return
    this.failure = error
    for (const [visitor, seat] of [...this.#seats]) {
      this.#seats.delete(visitor)
      this.#tellEmptied(seat)
      visitor.failed(error)
    }
  }
}
