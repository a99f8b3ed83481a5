// The names statements go by on one server session: given by the user, or by us from the second use of a text on.
// A name is never used again once the server may have lost it, and the least recently used are closed: PostgreSQL
// keeps every name until the session ends (PostgreSQL docs, PREPARE).
import type { Statement } from './driver.ts'
import { Lru } from './lru.ts'

interface PreparedName {
  name: string
  /** Its first use is unanswered. Nobody else uses it until then: were the Parse to fail, they would fail with 26000 in its place. */
  isBeingParsed: boolean
}

const givenLimit = 256
const seenLimit = 1024
const longestRememberedText = 16_384

export class PreparedNames {
  readonly #limit: number
  readonly #seen = new Lru<true>(seenLimit)
  readonly #automatic: Lru<PreparedName>
  readonly #given = new Lru<PreparedName>(givenLimit)
  readonly #closeName: (name: string) => void
  #counter = 0

  constructor(limit: number, closeName: (name: string) => void) {
    this.#limit = limit
    this.#automatic = new Lru(limit)
    this.#closeName = closeName
  }

  /** The name to send `statement` under now; undefined = none. */
  nameFor(statement: Statement): string | undefined {
    if (statement.name !== undefined) return this.#givenName(statement.name)
    if (this.#limit === 0 || !mayBeNamed(statement)) return undefined
    const prepared = this.#automatic.get(statement.text)
    if (prepared !== undefined) return prepared.isBeingParsed ? undefined : prepared.name
    if (this.#seen.get(statement.text) === undefined) {
      this.#seen.set(statement.text, true)
      return undefined
    }
    const fresh = { name: `pgs_${++this.#counter}`, isBeingParsed: true }
    this.#close(this.#automatic.set(statement.text, fresh))
    return fresh.name
  }

  /** A statement sent under `name` was answered. A first use that failed leaves no name behind. */
  answered(statement: Statement, name: string, failed: boolean): void {
    if (statement.name !== undefined) return
    const prepared = this.#automatic.get(statement.text)
    if (prepared?.name !== name || !prepared.isBeingParsed) return
    prepared.isBeingParsed = false
    if (failed) this.#automatic.delete(statement.text)
  }

  /** The server no longer knows the name as it was; the next use gets a new one. */
  forget(statement: Statement): void {
    if (statement.name === undefined) this.#automatic.delete(statement.text)
    else
      this.#given.set(statement.name, { name: `${statement.name}#${++this.#counter}`, isBeingParsed: false })
  }

  #givenName(given: string): string {
    const known = this.#given.get(given)
    if (known !== undefined) return known.name
    this.#close(this.#given.set(given, { name: given, isBeingParsed: false }))
    return given
  }

  #close(evicted: PreparedName | undefined): void {
    if (evicted !== undefined && !evicted.isBeingParsed) this.#closeName(evicted.name)
  }
}

/** Only the extended protocol knows names, and only texts that will come again are worth one. */
function mayBeNamed(statement: Statement): boolean {
  return (
    statement.values !== undefined &&
    statement.values.length > 0 &&
    statement.protocol !== 'simple' &&
    statement.text.length <= longestRememberedText
  )
}
