// What pg takes for its socket: what it writes goes to PGlite, what it reads comes from there.
import { InProcessSocket } from '../in-process-socket.ts'
import { noTls, startup } from './backend-messages.ts'
import { type FrontendGroup, FrontendReader } from './frontend-groups.ts'
import type { PgliteDatabase, Visitor } from './pglite-database.ts'

export class PgliteStream extends InProcessSocket implements Visitor {
  readonly #findDatabase: (name: string) => PgliteDatabase
  readonly #reader = new FrontendReader()
  #database: PgliteDatabase | undefined

  /** @param findDatabase takes the name that the session asks for. */
  constructor(findDatabase: (name: string) => PgliteDatabase) {
    super()
    this.#findDatabase = findDatabase
  }

  /** Drops the oldest statement if its turn has not come. */
  cancel(): void {
    this.#database?.cancel(this)
  }

  // ── Told by the database ──

  hear(reply: Buffer): void {
    if (!this.destroyed) this.push(reply)
  }

  failed(error: Error): void {
    this.destroy(error)
  }

  // ── Told by the stream ──

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: () => void): void {
    done()
    this.#leave()
    this.push(null)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leave()
    done(error)
  }

  /** `done` when all of it is answered, so that what waits in memory is seen to wait. */
  #take(chunks: readonly Buffer[], done: (error?: Error) => void): void {
    const groups = chunks.flatMap((chunk) => this.#reader.read(chunk))
    let unanswered = 1
    const isAnswered = (): void => {
      if (--unanswered === 0) done()
    }
    for (const group of groups) {
      unanswered++
      this.#ask(group, isAnswered)
    }
    isAnswered()
  }

  #ask(group: FrontendGroup, isAnswered: () => void): void {
    if (group.type === 'tls') {
      this.push(noTls)
      return isAnswered()
    }
    if (group.type === 'startup') {
      this.#database = this.#findDatabase(group.database)
      this.#database.enter(this)
      return this.#database.ask(this, { bytes: startup, isEmpty: false }, isAnswered)
    }
    if (this.#database === undefined) isAnswered()
    else this.#database.ask(this, group, isAnswered)
  }

  #leave(): void {
    this.#database?.leave(this)
    this.#database = undefined
  }
}
