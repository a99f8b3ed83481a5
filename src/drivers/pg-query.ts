// One statement on its way through pg. pg calls back into this object from its parser, where nothing of the user's may
// run (an exception there makes pg replay old replies to later statements), so it only keeps what it hears until the
// server is ready again, and then tells its statement.
import { describeAgain, describeRows } from './describe-rows.ts'
import type { Statement } from './driver.ts'
import { haveFixedRows, type KnownRows } from './known-rows.ts'
import {
  newResult,
  type PgConnection,
  type PgField,
  PgQuery,
  type PgResult,
  prepareValue,
} from './pg-internals.ts'

/** The wire a query goes over. */
export interface QueryOwner {
  /** Its ErrorResponse came: it is to be settled at the ReadyForQuery. pg itself forgets the query at the error. */
  hold(query: SupervisedQuery): void
  answered(query: SupervisedQuery, error: unknown): void
  /** What came can't be the answer to it: the answers are out of step with the statements. */
  violated(words: string): void
}

export class SupervisedQuery extends PgQuery {
  readonly statement: Statement
  readonly #owner: QueryOwner
  #error: unknown
  #isComplete = false
  /** Known from an earlier use of its name; else the server is asked to describe them. */
  #rows: KnownRows | undefined
  #phase: 'new' | 'submitting' | 'refused' | 'sent' | 'settled' = 'new'

  constructor(
    statement: Statement,
    name: string | undefined,
    rows: KnownRows | undefined,
    owner: QueryOwner,
  ) {
    super()
    this.statement = statement
    this.#owner = owner
    this.text = statement.text
    this.values = statement.values
    this.name = name
    this.#rows = rows
    this.binary = statement.binary
    this.queryMode = statement.protocol === 'extended' ? 'extended' : undefined
    this.portal = ''
    this._rowMode = statement.rowMode
    this._result = newResult(statement.rowMode, statement.types)
    this._results = this._result
    this._canceledDueToError = false
  }

  /** What the server said against it, while that is held. */
  get error(): unknown {
    return this.#error
  }

  override requiresPreparation(): boolean {
    const { protocol, name } = this.statement
    // Named by the user, it goes by the extended protocol also while another use is still parsing that name.
    return protocol !== 'simple' && (Boolean(name) || super.requiresPreparation())
  }

  override submit(connection: PgConnection): Error | null {
    this.#phase = 'submitting'
    const refusal = super.submit(connection)
    // A refused query never reaches the wire: no ReadyForQuery will come for it.
    this.#phase = refusal === null ? 'sent' : 'refused'
    return refusal
  }

  override prepare(connection: PgConnection): void {
    const rows = this.#rows
    if (rows?.isBinary !== this.binary || !this.hasBeenParsed(connection)) {
      this.#rows = undefined
      return super.prepare(connection)
    }
    this.#describe(rows.fields.slice(), rows.emptyRow)
    const { portal, name: statement, values, binary } = this
    try {
      connection.bind({ portal, statement, values, binary, valueMapper: prepareValue })
    } catch (error) {
      // Nothing was written. The ReadyForQuery that a Sync brings finds this query, as if it had been.
      connection.sync()
      return this.handleError(error)
    }
    this._getRows(connection, undefined)
  }

  override handleRowDescription({ fields }: { fields: readonly PgField[] }): void {
    this._checkForMultirow()
    this.#describe(fields)
  }

  #describe(fields: readonly PgField[], emptyRow?: object): void {
    try {
      if (fields.length === 0) return
      if (emptyRow === undefined) describeRows(this._result, fields)
      else describeAgain(this._result, fields, emptyRow)
    } catch (error) {
      this.#unreadable(error)
    }
  }

  /** For later uses of its name. */
  get learntRows(): KnownRows | undefined {
    const { text } = this.statement
    if (this.#rows !== undefined || !haveFixedRows(text)) return undefined
    const { fields, _prebuiltEmptyResultObject: emptyRow } = this._result
    // The array is the asker's, too.
    return {
      text,
      fields: fields.slice() as unknown as PgField[],
      emptyRow: emptyRow ?? {},
      isBinary: this.binary,
    }
  }

  override handleDataRow(message: { fields: readonly unknown[] }): void {
    if (this._canceledDueToError) return
    if (message.fields.length !== this._result.fields.length) {
      return this.#owner.violated('a row came that was not described')
    }
    try {
      this._result.addRow(this._result.parseRow(message.fields))
    } catch (error) {
      this.#unreadable(error)
    }
  }

  /** A type parser of the user's threw, or what looks one up; the rest of the rows is passed over. */
  #unreadable(error: unknown): void {
    this._canceledDueToError ||= error || new Error('a type parser threw something empty')
  }

  override handleCommandComplete(message: { text: string }, connection: PgConnection): void {
    super.handleCommandComplete(message, connection)
    this.#isComplete = true
    this.statement.completed(this._result.command)
  }

  override handleEmptyQuery(): void {
    this.#isComplete = true
  }

  override handleError(error: unknown): void {
    this.#error ??= this._canceledDueToError || error
    if (this.#phase === 'refused') this.settle()
    // While submitting it is pg's serialising that failed, and a Sync is on its way whose ReadyForQuery finds this query.
    else if (this.#phase === 'sent') this.#owner.hold(this)
  }

  override handleReadyForQuery(): void {
    this.#error ??= this._canceledDueToError || undefined
    if (this.#error === undefined && !this.#isComplete) {
      return this.#owner.violated('the server was ready before a statement was complete')
    }
    this.settle()
  }

  /** Tells the statement, once: pg calls back twice when a bind throws. */
  settle(): void {
    if (this.#phase === 'settled') return
    this.#phase = 'settled'
    this.#owner.answered(this, this.#error)
  }

  get results(): PgResult | PgResult[] {
    return this._results
  }
}
