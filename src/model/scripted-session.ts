// One session with a scripted server: takes statements one after the other, and answers by the script and by the rules of
// every PostgreSQL.
import type { Statement, WireFact, WireLoss } from '../drivers/driver.ts'
import { isServerError } from '../errors/server-error.ts'
import { type Answer, cancelled, ScriptedWire } from './scripted-wire.ts'
import { answerBy, refusalOf } from './server-rules.ts'

/** What a session asks the server behind it. */
export interface SessionHost {
  /** Everything stands still until it resolves. */
  readonly thawed: Promise<void>
  /** What a statement is answered, as far as that is the application's own. */
  scripted(statement: Statement, processId: number): Promise<Answer>
  /** A transaction of this session has sent them. */
  notify(sender: ScriptedSession, sent: readonly Sent[]): void
  left(session: ScriptedSession): void
}

/** A NOTIFY: its channel and its payload. */
export type Sent = readonly [channel: string, payload: string]

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class ScriptedSession extends ScriptedWire {
  override readonly processId: number
  override readonly host = { host: 'model', port: 5432 }
  readonly listensTo = new Set<string>()
  readonly #server: SessionHost
  readonly #report: (fact: WireFact) => void
  readonly #now: () => number
  #sent: Sent[] = []
  #isWorking = false
  #isEnding = false
  #interrupt: (() => void) | undefined
  #lastWord: unknown

  constructor(server: SessionHost, processId: number, report: (fact: WireFact) => void, now: () => number) {
    super()
    this.#server = server
    this.processId = processId
    this.#report = report
    this.#now = now
    this.lastByteAt = now()
  }

  /** The server has taken it in. */
  open(): void {
    this.lastByteAt = this.#now()
    this.#report({ type: 'opened' })
  }

  hear([channel, payload]: Sent, processId: number): void {
    this.lastByteAt = this.#now()
    this.#report({ type: 'notification', notification: { channel, payload, processId } })
  }

  override submit(statement: Statement): void {
    super.submit(statement)
    if (!this.#isWorking) void this.#work()
  }

  override async cancel(): Promise<void> {
    this.calls.push('cancel')
    await nextTurn()
    await this.#server.thawed
    this.#interrupt?.()
    await nextTurn()
  }

  override end(): void {
    super.end()
    this.#isEnding = true
    if (!this.#isWorking) setImmediate(() => this.close())
  }

  override destroy(): void {
    this.calls.push('destroy')
    setImmediate(() => this.close())
  }

  override close(): void {
    if (this.isLost) return
    super.close()
    this.#server.left(this)
    this.#report({ type: 'lost', loss: lossBy(this.#lastWord) })
  }

  /** The socket closes, with `error` for a last word if there is one. */
  lose(error?: unknown): void {
    this.#lastWord = error
    this.close()
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (let next = this.oldest; next !== undefined && !this.isLost; next = this.oldest) {
      await nextTurn()
      await this.#server.thawed
      if (this.isLost) return
      const answer = await this.#answerTo(next)
      await this.#server.thawed
      if (this.isLost) return
      this.lastByteAt = this.#now()
      this.answer(answer)
      this.#note(next, answer)
    }
    this.#isWorking = false
    if (this.#isEnding) this.close()
  }

  async #answerTo(statement: Statement): Promise<Answer> {
    if (statement.submittable !== undefined)
      return { error: new Error('a model has no client that a submittable could speak through') }
    const { text } = statement
    const refusal = refusalOf(text, this.transactionStatus)
    if (refusal !== undefined) return refusal
    const interrupted = new Promise<Answer>((resolve) => {
      this.#interrupt = () => resolve({ error: cancelled() })
    })
    const scripted = await Promise.race([this.#server.scripted(statement, this.processId), interrupted])
    this.#interrupt = undefined
    return answerBy(text, this.transactionStatus, scripted)
  }

  /** LISTEN stands at once, also within a transaction; what is sent waits for COMMIT. */
  #note({ text, values }: Statement, { error, command }: Answer): void {
    if (error === undefined) {
      const [, verb, quoted, plain] = /^\s*(un)?listen\s+(?:"((?:[^"]|"")*)"|(\S+))/i.exec(text) ?? []
      const channel = quoted?.replaceAll('""', '"') ?? plain
      if (channel === '*') this.listensTo.clear()
      else if (channel !== undefined && verb === undefined) this.listensTo.add(channel)
      else if (channel !== undefined) this.listensTo.delete(channel)
      if (/^select pg_notify\(\$1, \$2\)$/i.test(text)) this.#sent.push(values as unknown as Sent)
    }
    if (this.transactionStatus !== 'I') return
    const sent = this.#sent
    this.#sent = []
    if (error === undefined && command !== 'ROLLBACK') this.#server.notify(this, sent)
  }
}

function lossBy(error: unknown): WireLoss {
  if (isServerError(error)) return { kind: 'server', error }
  const hasCode = typeof (error as { code?: unknown } | undefined)?.code === 'string'
  return { kind: hasCode ? 'network' : 'closed', error }
}
