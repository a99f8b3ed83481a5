// Which databases are open in this process, and for whom. A database is kept as long as there is a connection that has used
// it: a session that is replaced finds everything as it was, also in memory.
import { PgliteDatabase, type ProtocolDatabase } from './pglite-database.ts'

export type StartPglite = (folder: string | undefined) => Promise<ProtocolDatabase>

export class PgliteDatabases {
  readonly #start: StartPglite
  readonly #open = new Map<string, { readonly database: PgliteDatabase; readonly owners: Set<object> }>()
  /** A folder can be opened again when its last user has left it. */
  readonly #closing = new Map<string, Promise<void>>()

  constructor(start: StartPglite) {
    this.#start = start
  }

  /** The database of a folder, or that of a name in memory; `owner` keeps it open. */
  join(place: { readonly folder: string } | { readonly name: string }, owner: object): PgliteDatabase {
    const folder = 'folder' in place ? place.folder : undefined
    const key = JSON.stringify(place)
    const open = this.#open.get(key)
    if (open !== undefined && open.database.failure === undefined) {
      open.owners.add(owner)
      return open.database
    }
    const closed = this.#closing.get(key) ?? Promise.resolve()
    const database = new PgliteDatabase(() => closed.then(() => this.#start(folder)))
    this.#open.set(key, { database, owners: new Set([owner, ...(open?.owners ?? [])]) })
    return database
  }

  /** Closes the databases that nobody else uses; resolves when they are closed. */
  async release(owner: object): Promise<void> {
    const closings = [...this.#open].flatMap(([key, { database, owners }]) => {
      if (!owners.delete(owner) || owners.size > 0) return []
      this.#open.delete(key)
      const closing = database
        .close()
        .catch(() => undefined)
        .finally(() => {
          if (this.#closing.get(key) === closing) this.#closing.delete(key)
        })
      this.#closing.set(key, closing)
      return [closing]
    })
    await Promise.all(closings)
  }
}
