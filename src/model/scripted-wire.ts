// A wire that says what it is told to, and writes down what was done with it. It knows no SQL: that is for the session of
// a connection model, and for the tests of the machine, which say every answer themselves.
import type { FieldDef, QueryResult } from 'pg'
import type { HostAddress, Statement, Wire } from '../drivers/driver.ts'

export interface Answer {
  readonly error?: unknown
  readonly command?: string
  readonly rows?: readonly object[]
  /** Of an empty result, or of rows that were changed and not returned. */
  readonly rowCount?: number | null
  readonly nameWasLost?: boolean
  /** As of the ReadyForQuery behind the answer. */
  readonly status?: 'I' | 'T' | 'E'
}

export function resultOf(
  command: string,
  { rows = [], rowCount = rows.length }: Pick<Answer, 'rows' | 'rowCount'> = {},
  rowMode?: Statement['rowMode'],
): QueryResult {
  const fields = Object.keys(rows[0] ?? {}).map(fieldOf)
  const made = rows.map((row) => (rowMode === 'array' ? Object.values(row) : { ...row }))
  // pg has null where there was no command, against what its types say.
  return { command: command || (null as unknown as string), rowCount, oid: 0, rows: made, fields }
}

/** Of no table and of unknown type: what a scripted value was declared as, nobody has said. */
const fieldOf = (name: string): FieldDef => ({
  name,
  tableID: 0,
  columnID: 0,
  dataTypeID: 705,
  dataTypeSize: -2,
  dataTypeModifier: -1,
  format: 'text',
})

/** A server's ERROR, by its SQLSTATE. */
export const errorOf = (code: string, more: object = {}): Error =>
  Object.assign(new Error('said by the server'), { code, severity: 'ERROR', ...more })

/** What PostgreSQL says of a statement that was cancelled. */
export const cancelled = (): Error => errorOf('57014', { routine: 'ProcessInterrupts' })

export class ScriptedWire implements Wire {
  readonly client = undefined
  readonly host: HostAddress = { host: 'db', port: 5432 }
  readonly processId: number = 7
  readonly serverVersion = 180_004
  transactionStatus: 'I' | 'T' | 'E' = 'I'
  lastByteAt = 0
  isCongested = false
  isLost = false
  readonly closed: Promise<void>
  /** Everything done with it, in order. */
  readonly calls: string[] = []
  readonly cancels: { readonly signal: AbortSignal; hangUp(): void; fail(error: Error): void }[] = []
  readonly #answers: Answer[]
  readonly #unanswered: Statement[] = []
  #close: () => void = () => undefined

  /** `answers` are given to the first statements, each in a microtask; without one a statement waits for `answer()`. */
  constructor(...answers: Answer[]) {
    this.#answers = answers
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
  }

  get isBusy(): boolean {
    return this.#unanswered.length > 0
  }

  get heardUntil(): number {
    return this.lastByteAt
  }

  /** The one that is answered next. */
  get oldest(): Statement | undefined {
    return this.#unanswered[0]
  }

  /** The texts submitted, in order. */
  get written(): string[] {
    return this.calls.filter((call) => call.startsWith('submit ')).map((call) => call.slice(7))
  }

  /** The texts that wait for an answer, oldest first. */
  get unanswered(): string[] {
    return this.#unanswered.map(({ text }) => text)
  }

  submit(statement: Statement): void {
    this.calls.push(`submit ${statement.text}`)
    this.#unanswered.push(statement)
    const answer = this.#answers.shift()
    if (answer !== undefined) queueMicrotask(() => this.answer(answer))
  }

  /** Answers the oldest statement. */
  answer(answer: Answer = {}): void {
    const { error, command = 'SELECT', nameWasLost = false, status } = answer
    const statement = this.#unanswered[0]
    if (statement === undefined) throw new Error('nothing waits for an answer')
    // An empty text is no command that could be done.
    if (error === undefined && command !== '') statement.completed(command)
    this.transactionStatus = status ?? this.transactionStatus
    // Unanswered until the server is ready for the next.
    this.#unanswered.shift()
    const result = error === undefined ? resultOf(command, answer, statement.rowMode) : undefined
    statement.answered(error, result, nameWasLost)
  }

  answerAll(): void {
    while (this.isBusy) this.answer()
  }

  /** Refuses the youngest statement before it is on its way, as pg does with what it can't serialise. */
  refuse(error: unknown): void {
    this.#unanswered.pop()?.answered(error, undefined, false)
  }

  cork(): void {
    this.calls.push('cork')
  }

  cancel(signal: AbortSignal): Promise<void> {
    this.calls.push('cancel')
    return new Promise((hangUp, fail) => {
      this.cancels.push({ signal, hangUp, fail })
    })
  }

  end(): void {
    this.calls.push('end')
  }

  destroy(): void {
    this.calls.push('destroy')
    this.close()
  }

  /** The socket is closed. */
  close(): void {
    this.isLost = true
    this.#close()
  }

  ref(): void {
    this.calls.push('ref')
  }

  unref(): void {
    this.calls.push('unref')
  }
}
