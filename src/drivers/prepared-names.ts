// The names statements go by on one server session: given by the user, or by us from the second use of a text on.
// A name is never used again once the server may have lost it, and the least recently used are closed: PostgreSQL
// keeps every name until the session ends (PostgreSQL docs, PREPARE).
import type { Statement } from './driver.ts'
import type { KnownRows } from './known-rows.ts'
import { Lru } from './lru.ts'

interface PreparedName {
  readonly name: string
  /**
   * asked: its first use is unanswered. Nobody else uses the name until then: were the Parse to fail, they would fail with
   * 26000 in its place. And nobody closes it: pg would take it for parsed when the answer comes.
   */
  stage: 'wanted' | 'asked' | 'parsed'
  /** Since the first use that succeeded. */
  rows?: KnownRows
  /** As of when it is certain to mean what its text does. */
  meaning: number
}

const givenLimit = 256
const seenLimit = 1024
const longestRememberedText = 16_384
/** NAMEDATALEN − 1: the server cuts what is longer, and takes two names for one (PostgreSQL docs, 4.1.1). */
const longestNameBytes = 63
const ours = 'pgs_'

export class PreparedNames {
  readonly #limit: number
  readonly #seen = new Lru<true>(seenLimit)
  readonly #automatic: Lru<PreparedName>
  readonly #given = new Lru<PreparedName>(givenLimit)
  /** Names given up while they were being parsed; to be closed when that is over. */
  /** Made with the first one. */
  #givenUp: Set<string> | undefined
  readonly #closeName: (name: string) => void
  readonly #suffix: string
  #counter = 0
  /** Counts what may have changed the meaning of names: other tables, or another way to find them. */
  #meaning = 0
  /** That happened in the transaction that is open, and may be rolled back with it. */
  #isChanging = false

  /** @param suffix ends each name where several share one server session, so that no name is another's. */
  constructor(limit: number, closeName: (name: string) => void, suffix = '') {
    this.#limit = limit
    this.#suffix = suffix
    this.#automatic = new Lru(limit)
    this.#closeName = closeName
  }

  /** The name to send `statement` under now; undefined = none. */
  nameFor(statement: Statement, isInTransaction = false): string | undefined {
    if (!isInTransaction) this.#isChanging = false
    else if (this.#isChanging) return undefined
    if (statement.name !== undefined) return this.#givenName(statement.name, isInTransaction)
    if (this.#limit === 0 || !mayBeNamed(statement)) return undefined
    const prepared = this.#automatic.get(statement.text)
    if (prepared !== undefined && !(isInTransaction && this.#mayMeanAnother(prepared)))
      return nameNow(prepared)
    if (prepared === undefined && this.#seen.get(statement.text) === undefined) {
      this.#seen.set(statement.text, true)
      return undefined
    }
    this.#giveUp(prepared)
    const fresh = this.#wanted(`${ours}${this.#nextNumber()}`)
    this.#giveUp(this.#automatic.set(statement.text, fresh))
    return nameNow(fresh)
  }

  /**
   * Something was done that may have changed what names mean. The server refuses such a name (0A000) rather than let its rows
   * change, which inside of a transaction nobody could mend: there it is not used until it was proven, or parsed, anew.
   */
  changed(isInTransaction: boolean): void {
    this.#meaning++
    this.#isChanging ||= isInTransaction
  }

  /** The server was told to forget names. Those that are being asked for stand behind that, and are known to it. */
  forgotten(): void {
    for (const names of [this.#automatic, this.#given]) {
      for (const [key, { name, stage }] of names.entries()) {
        if (stage === 'asked') continue
        names.delete(key)
        // It may have kept this one; closing a name that is gone is no error.
        if (stage === 'parsed') this.#closeName(name)
      }
    }
  }

  /** What is known of the rows of a statement that has a name. */
  rowsOf(statement: Statement): KnownRows | undefined {
    const rows = this.#find(statement)?.rows
    return rows?.text === statement.text ? rows : undefined
  }

  /** A statement sent under `name` was answered; `isParsed`: the server knows the name, whatever became of the statement. */
  answered(
    statement: Statement,
    name: string,
    isParsed: boolean,
    hasSucceeded = isParsed,
    rows?: KnownRows,
  ): void {
    if (this.#givenUp?.delete(name)) {
      if (isParsed) this.#closeName(name)
      return
    }
    const prepared = this.#find(statement)
    if (prepared?.name !== name) return
    if (rows !== undefined) prepared.rows = rows
    if (hasSucceeded && !this.#isChanging) prepared.meaning = this.#meaning
    if (isParsed) prepared.stage = 'parsed'
    else this.#setAside(statement, prepared.name)
  }

  /** The server no longer knows the name as it was; the next use gets a new one. */
  forget(statement: Statement, name: string): void {
    if (this.#find(statement)?.name !== name) return
    this.#setAside(statement, statement.name && this.#anotherName(statement.name))
    // It may have kept what it no longer answers by; closing a name that is gone is no error.
    this.#closeName(name)
  }

  #find(statement: Statement): PreparedName | undefined {
    return statement.name === undefined
      ? this.#automatic.get(statement.text)
      : this.#given.get(statement.name)
  }

  /** The next use parses it anew. */
  #setAside(statement: Statement, name: string | undefined): void {
    if (statement.name === undefined || name === undefined) this.#automatic.delete(statement.text)
    else this.#given.set(statement.name, this.#wanted(name))
  }

  #wanted(name: string): PreparedName {
    return { name, stage: 'wanted', meaning: this.#meaning }
  }

  #mayMeanAnother({ stage, meaning }: PreparedName): boolean {
    return stage === 'parsed' && meaning !== this.#meaning
  }

  #givenName(given: string, isInTransaction: boolean): string | undefined {
    const known = this.#given.get(given)
    if (known !== undefined && isInTransaction && this.#mayMeanAnother(known)) {
      this.#closeName(known.name)
      known.stage = 'wanted'
    }
    if (known !== undefined) return nameNow(known)
    const isFree =
      this.#suffix === '' &&
      !given.startsWith(ours) &&
      isKeptWhole(given) &&
      this.#givenUp?.has(given) !== true
    const fresh = this.#wanted(isFree ? given : this.#anotherName(given))
    this.#giveUp(this.#given.set(given, fresh))
    return nameNow(fresh)
  }

  #anotherName(given: string): string {
    const number = this.#nextNumber()
    const name = `${given}#${number}`
    return isKeptWhole(name) && !given.startsWith(ours) ? name : `${ours}${number}`
  }

  #nextNumber(): string {
    return `${++this.#counter}${this.#suffix}`
  }

  #giveUp(evicted: PreparedName | undefined): void {
    if (evicted?.stage === 'asked') {
      this.#givenUp ??= new Set()
      this.#givenUp.add(evicted.name)
    } else if (evicted?.stage === 'parsed') this.#closeName(evicted.name)
  }
}

function nameNow(prepared: PreparedName): string | undefined {
  if (prepared.stage === 'asked') return undefined
  if (prepared.stage === 'wanted') prepared.stage = 'asked'
  return prepared.name
}

const isKeptWhole = (name: string): boolean => Buffer.byteLength(name) <= longestNameBytes

/** There is no name to look for where this says no, such as for a heartbeat. */
export const mayHaveName = (statement: Statement): boolean =>
  statement.name !== undefined || mayBeNamed(statement)

/** Only the extended protocol knows names, and only texts that will come again are worth one. */
function mayBeNamed(statement: Statement): boolean {
  return (
    statement.values !== undefined &&
    statement.values.length > 0 &&
    statement.protocol !== 'simple' &&
    statement.text.length <= longestRememberedText &&
    !isOneOff(statement.text)
  )
}

/** Each of our cursors has a name of its own, which stands in the text. */
const isOneOff = (text: string): boolean => text.startsWith('DECLARE "pgs_')

/** 26000: the name is unknown; 42P05: it exists although its Parse failed; 0A000 there: its result type changed since. */
export function isNameLost(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown }
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery')
}
