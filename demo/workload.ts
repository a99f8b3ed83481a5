// What an application does all day: callers that write rows, one by one and in transactions. None of them handles a
// lost connection: a call is answered, or its error says whether it may have been applied.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'pg-supervisor'
import type { CallBook } from './call-book.ts'

export class Workload {
  readonly #connection: Connection
  readonly #book: CallBook
  readonly #insert: string
  #isOn = false
  #callers: Promise<void>[] = []

  constructor(connection: Connection, book: CallBook, table: string) {
    this.#connection = connection
    this.#book = book
    // A few milliseconds of work each, so that a fault always meets something in flight.
    this.#insert = `insert into ${table} (id, caller) select $1, $2 from pg_sleep(0.004)`
  }

  start(): void {
    this.#isOn = true
    const callers = [this.#plain('Ada'), this.#plain('Bo'), this.#plain('Cy')]
    this.#callers = [...callers, this.#impatient(), this.#repeatable(), this.#transactional()]
  }

  /** No new calls; resolves when each caller has been told what became of its last. */
  async pause(): Promise<void> {
    this.#isOn = false
    await Promise.all(this.#callers)
  }

  async #plain(name: string): Promise<void> {
    while (this.#isOn) {
      await this.#book.make(1, (row) => this.#connection.query(this.#insert, [row, name]))
      await sleep(10)
    }
  }

  /** Has better things to do than to wait; is told for certain that nothing was done. */
  async #impatient(): Promise<void> {
    const options = { timeoutMs: 300 }
    while (this.#isOn) {
      await this.#book.make(1, (row) => this.#connection.query(this.#insert, [row, 'impatient'], options))
      await sleep(100)
    }
  }

  /** Says that its statement may be repeated, and never hears of a loss. */
  async #repeatable(): Promise<void> {
    const text = `${this.#insert} on conflict do nothing`
    while (this.#isOn) {
      await this.#book.make(1, (row) =>
        this.#connection.query(text, [row, 'repeatable'], { idempotent: true }),
      )
      await sleep(20)
    }
  }

  /** Two rows or none; run again as a whole when the session is lost before COMMIT was sent. */
  async #transactional(): Promise<void> {
    while (this.#isOn) {
      await this.#book.make(2, (debit, credit) =>
        this.#connection.transaction(
          async (tx) => {
            await tx.query(this.#insert, [debit, 'transaction'])
            await tx.query(this.#insert, [credit, 'transaction'])
          },
          { retry: true },
        ),
      )
      await sleep(50)
    }
  }
}
