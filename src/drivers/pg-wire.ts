// One pg client from its first byte to its last. It tells what happened, once and in order, and judges nothing.
import { ProtocolViolationError } from '../errors/session-errors.ts'
import { isDirected } from './directed-socket.ts'
import type { HostAddress, Statement, Upset, Wire, WireConfig, WireFact, WireLoss } from './driver.ts'
import { fenceParser } from './parser-fence.ts'
import { requestCancel } from './pg-cancel.ts'
import { inquire } from './pg-inquiry.ts'
import type { PgClient, PgConnection } from './pg-internals.ts'
import { type QueryOwner, SupervisedQuery } from './pg-query.ts'
import { plainNotice } from './plain-notice.ts'
import { isNameLost, mayHaveName, PreparedNames } from './prepared-names.ts'
import { serverVersionNumber } from './server-version.ts'
import { remoteOf } from './session-address.ts'
import { submitAlone } from './submit-alone.ts'
import { nameTlsRefusal } from './tls-refusal.ts'

/** Bytes waiting for the socket beyond which more statements would only fill memory. */
const congestedBytes = 1_048_576

export interface PgWireConfig extends WireConfig {
  /** Ends the names of statements where sessions share a server's. */
  readonly nameSuffix?: string
}

export class PgWire implements Wire, QueryOwner {
  readonly client: PgClient
  readonly #connection: PgConnection
  readonly #report: (fact: WireFact) => void
  /** Made with the first statement that could have one. */
  #names: PreparedNames | undefined
  readonly #preparedLimit: number
  readonly #nameSuffix: string | undefined
  readonly #hasOwnStream: boolean
  readonly #now: () => number
  readonly closed: Promise<void>
  #unanswered = 0
  /** The query whose ErrorResponse waits for its ReadyForQuery: pg itself forgets the query at the error. */
  #held: SupervisedQuery | undefined
  lastByteAt: number
  /** When the server was last known to be idle: before it says so, it sends what notifications there are. */
  #idleAt: number
  isLost = false
  #isOpen = false
  #isCorked = false
  /** A WARNING with which the server announced that it is about to close without another word. */
  #farewell: unknown

  constructor(client: PgClient, config: PgWireConfig, report: (fact: WireFact) => void) {
    this.client = client
    this.#connection = client.connection
    this.#report = report
    this.#now = config.now
    this.lastByteAt = config.now()
    this.#idleAt = this.lastByteAt
    this.#preparedLimit = config.preparedLimit
    this.#nameSuffix = config.nameSuffix
    this.#hasOwnStream = config.client.stream !== undefined && !isDirected(this.#connection.stream)
    client.pipeline = config.isPipelined
    this.closed = new Promise((resolve) => {
      client.on('end', () => {
        this.#lose(undefined)
        resolve()
      })
    })
    const heard = (): void => {
      this.lastByteAt = this.#now()
    }
    fenceParser(this.#connection, heard, (error) => this.#lose(violation(error)))
    nameTlsRefusal(this.#connection)
    this.#listen()
    // A promise form of connect() would be settled before anything of ours could know of an error emitted beside it.
    client.connect((error: unknown) => {
      if (error) this.#lose(error)
      else this.#opened()
    })
  }

  get host(): HostAddress {
    return { host: this.client.host, port: this.client.port }
  }

  get processId(): number | undefined {
    return this.client.processID ?? undefined
  }

  serverVersion: number | undefined

  get transactionStatus(): 'I' | 'T' | 'E' {
    return this.client.getTransactionStatus() ?? 'I'
  }

  get isCongested(): boolean {
    return this.#connection.stream.writableLength > congestedBytes
  }

  get isBusy(): boolean {
    return this.#unanswered > 0
  }

  get heardUntil(): number {
    return this.#unanswered === 0 && this.transactionStatus === 'I' ? this.lastByteAt : this.#idleAt
  }

  submit(statement: Statement): void {
    this.#unanswered++
    if (statement.submittable !== undefined) return this.#submitAlone(statement, statement.submittable)
    const name = this.#nameFor(statement)
    const rows = name === undefined ? undefined : this.#names?.rowsOf(statement)
    this.client.query(new SupervisedQuery(statement, name, rows, this))
  }

  #submitAlone(statement: Statement, submittable: () => object): void {
    const ended = (): void => {
      if (this.isLost) return
      this.#unanswered--
      this.#noteIdle()
      statement.answered(undefined, undefined, false)
    }
    submitAlone(this.client, submittable, ended, (error) => this.#lose(violation(error)))
  }

  hold(query: SupervisedQuery): void {
    // Behind pg's own listener, which by then has noted the transaction status.
    if (this.#held === undefined) this.#connection.once('readyForQuery', () => this.#letGo())
    this.#held = query
  }

  #letGo(): void {
    const query = this.#held
    this.#held = undefined
    query?.settle()
  }

  #nameFor(statement: Statement): string | undefined {
    if (!mayHaveName(statement)) return undefined
    this.#names ??= new PreparedNames(this.#preparedLimit, (name) => this.#closeName(name), this.#nameSuffix)
    return this.#names.nameFor(statement, this.transactionStatus !== 'I')
  }

  answered(query: SupervisedQuery, error: unknown): void {
    // What was in flight has been told of the loss; nothing that still comes is worth anything.
    if (this.isLost) return
    this.#unanswered--
    this.#noteIdle()
    const { name, statement } = query
    if (statement.upsets !== undefined) this.#upset(statement.upsets)
    if (name === undefined)
      return statement.answered(error, error === undefined ? query.results : undefined, false)
    const nameWasLost = error !== undefined && isNameLost(error)
    if (nameWasLost) this.#names?.forget(statement, name)
    else {
      const isParsed = this.#connection.parsedStatements[name] !== undefined
      const hasSucceeded = error === undefined
      this.#names?.answered(
        statement,
        name,
        isParsed,
        hasSucceeded,
        hasSucceeded ? query.learntRows : undefined,
      )
    }
    statement.answered(error, error === undefined ? query.results : undefined, nameWasLost)
  }

  #upset(what: Upset): void {
    if (what === 'meanings') this.#names?.changed(this.transactionStatus !== 'I')
    else if (what !== 'listens') this.#names?.forgotten()
  }

  #noteIdle(): void {
    if (this.transactionStatus === 'I') this.#idleAt = this.lastByteAt
  }

  violated(words: string): void {
    this.#lose(violation(new Error(words)))
  }

  cork(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.#connection.stream.cork()
    process.nextTick(PgWire.#uncork, this)
  }

  static #uncork(this: void, wire: PgWire): void {
    wire.#isCorked = false
    wire.#connection.stream.uncork()
  }

  cancel(signal: AbortSignal): Promise<void> {
    return requestCancel(this.client, signal)
  }

  /** A stream of the user's leads where only the user knows. */
  get remote(): string | undefined {
    return this.#hasOwnStream ? undefined : remoteOf(this.client)
  }

  inquire(signal: AbortSignal): Promise<void> {
    return inquire(this.client, signal)
  }

  end(): void {
    this.client.end().catch(() => undefined)
  }

  destroy(): void {
    this.#connection.stream.destroy()
  }

  ref(): void {
    this.client.ref()
  }

  unref(): void {
    this.client.unref()
  }

  #listen(): void {
    const { client } = this
    client.on('error', (error) => this.#lose(error))
    client.on('notification', ({ channel, payload, processId }) => {
      this.#idleAt = this.lastByteAt
      this.#report({ type: 'notification', notification: { channel, payload: payload ?? '', processId } })
    })
    client.on('notice', (notice) => {
      // 57P01 of an immediate shutdown, 57P02 of a crash: said as a WARNING just before the socket closes.
      if ((notice.code === '57P01' || notice.code === '57P02') && notice.routine !== 'exec_stmt_raise') {
        this.#farewell = notice
      }
      const { severity, code, message, detail, hint, routine } = notice
      this.#report({
        type: 'notice',
        notice: plainNotice({ severity, code, message: message ?? '', detail, hint, routine }),
      })
    })
    // Before pg's own listener, which would take it for an answer to a statement.
    this.#connection.on('errorMessage', (error) => {
      if (!isServerError(error)) this.#lose(violation(error))
    })
    this.#connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (parameterName === 'server_version') this.serverVersion = serverVersionNumber(parameterValue)
      this.#report({ type: 'parameter', name: parameterName, value: parameterValue })
    })
  }

  #opened(): void {
    if (this.isLost) return
    this.#isOpen = true
    this.#report({ type: 'opened' })
  }

  /** pg says it up to three times, as 'error', 'error' and 'end'; the first is heard. */
  #lose(error: unknown): void {
    if (this.isLost) return
    this.isLost = true
    this.#report({ type: 'lost', loss: this.#lossBy(error) })
  }

  #lossBy(error: unknown): WireLoss {
    if (error instanceof ProtocolViolationError) return { kind: 'protocol', error }
    // A FATAL with a statement in flight went to that statement, and is held there.
    const said = this.#held?.error
    if (said !== undefined) return { kind: 'server', error: said }
    if (isServerError(error)) return { kind: 'server', error }
    if (this.#farewell !== undefined) return { kind: 'server', error: this.#farewell }
    if (hasCode(error)) return { kind: 'network', error }
    if (error === undefined || this.#connection.stream.destroyed) return { kind: 'closed', error }
    // Until then pg also hands on what a password function of the user's threw.
    if (!this.#isOpen) return { kind: 'unknown', error }
    // The socket lives, and pg gave up on what came through it.
    return { kind: 'protocol', error: violation(error) }
  }

  /** Rides in front of the next statement's messages; needs no answer of its own (PostgreSQL docs, 54.2.3, Close). */
  #closeName(name: string): void {
    delete this.#connection.parsedStatements[name]
    delete this.#connection.submittedNamedStatements[name]
    this.#connection.close({ type: 'S', name })
  }
}

const violation = (cause: unknown): ProtocolViolationError =>
  new ProtocolViolationError('the server said what its protocol does not allow', { cause })

function isServerError(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return typeof severity === 'string' && typeof code === 'string' && code.length === 5
}

const hasCode = (error: unknown): boolean =>
  typeof (error as { code?: unknown } | undefined)?.code === 'string'
