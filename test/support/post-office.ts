// A mailbox between a scripted wire and a host that only writes down what it is told.
import type { Failure } from '../../src/errors/failure.ts'
import { createFailure } from '../../src/errors/failure.ts'
import { Lane, type LaneKind } from '../../src/machines/mailbox/lane.ts'
import type { LossVerdict } from '../../src/machines/mailbox/loss-verdict.ts'
import { Mailbox } from '../../src/machines/mailbox/mailbox.ts'
import type { MailboxHost } from '../../src/machines/mailbox/mailbox-host.ts'
import type { Occupation } from '../../src/machines/mailbox/occupation.ts'
import {
  type Reply,
  Request,
  type RequestInit,
  type RequestKeeper,
} from '../../src/machines/mailbox/request.ts'
import { resultOf, ScriptedWire } from '../../src/model/scripted-wire.ts'
import { VirtualClock } from '../../src/model/virtual-clock.ts'

export const brokenLine: Failure = createFailure({
  kind: 'network',
  phase: 'querying',
  message: 'the network failed while querying',
  at: 0,
})

export interface Outcome {
  readonly text: string
  readonly error?: unknown
  readonly command?: string | undefined
}

export class PostOffice implements MailboxHost, RequestKeeper {
  readonly clock = new VirtualClock()
  readonly mailbox: Mailbox
  wire = new ScriptedWire()
  /** What became of the requests, in the order in which they were settled. */
  readonly settledWith: Outcome[] = []
  readonly convictions: { message: string; cause: unknown }[] = []
  readonly errors: unknown[] = []
  /** COMMITs whose answers were lost and can be asked for. */
  readonly doubts: string[] = []
  readonly occupations: Occupation[] = []
  readonly quietness: boolean[] = []
  readonly oldest: string[] = []
  readonly #unsettled = new Set<Request>()
  #lastId = 0

  constructor({ isPipelined = true } = {}) {
    this.mailbox = new Mailbox(this, isPipelined)
  }

  /** With a session that needs no preparation. */
  static open(options?: { isPipelined?: boolean }): PostOffice {
    const office = new PostOffice(options)
    office.connect()
    return office
  }

  connect(wire: ScriptedWire = new ScriptedWire()): ScriptedWire {
    this.wire = wire
    this.mailbox.attach(wire)
    this.mailbox.openGate()
    return wire
  }

  /** A session on which what waited has gone out, which it does a turn of the loop after the gate has opened. */
  async nextSession(): Promise<ScriptedWire> {
    const wire = this.connect()
    await this.turn()
    return wire
  }

  request(text: string, init: Partial<RequestInit> = {}): Request {
    const request = new Request(++this.#lastId, { text, lane: this.mailbox.root, ...init }, this)
    this.#unsettled.add(request)
    return request
  }

  ask(text: string, init?: Partial<RequestInit>): Request {
    const request = this.request(text, init)
    this.mailbox.accept(request)
    return request
  }

  askAll(...texts: string[]): Request[] {
    return texts.map((text) => this.ask(text))
  }

  /** A transaction or session whose opening statement is asked for. */
  lease(kind: LaneKind, parent = this.mailbox.root, text = 'BEGIN') {
    const lane = new Lane<Request>(kind, parent)
    const role = kind === 'session' ? 'lease' : kind === 'savepoint' ? 'statement' : 'begin'
    const opener = this.ask(text, { lane: parent, opens: lane, role })
    return { lane, opener }
  }

  cancel(request: Request, text: string = request.text): void {
    const wish = { confirmed: `${text}: cancelled`, tooLate: `${text}: too late`, cause: `${text}: cause` }
    this.mailbox.cancel(request, wish, `${text}: never written`)
  }

  /** Loses the session; returns what was left to wait. */
  lose(): string[] {
    const left: string[] = []
    this.mailbox.lose(brokenLine, ({ text }) => left.push(text))
    return left
  }

  /** A turn of the loop, in which the mailbox tells what it has become. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve))
    })
  }

  // ── The mailbox's host, and the requests' keeper ──

  answered(request: Request, error: unknown, result: Reply, nameWasLost: boolean): void {
    this.mailbox.answered(request, error, result, nameWasLost)
  }

  settled(request: Request, error: unknown, result: Reply): void {
    this.#unsettled.delete(request)
    if (request.role === 'probe') return
    const command = Array.isArray(result) ? 'several' : result?.command
    this.settledWith.push(
      error === undefined ? { text: request.text, command } : { text: request.text, error },
    )
  }

  doubted({ text }: Request): void {
    this.doubts.push(text)
  }

  unsettled(): Request[] {
    return [...this.#unsettled]
  }

  erred(error: unknown): void {
    this.errors.push(error)
  }

  became(occupation: Occupation): void {
    this.occupations.push(occupation)
  }

  settledDown(isQuiet: boolean): void {
    this.quietness.push(isQuiet)
  }

  oldestChanged({ text }: Request): void {
    this.oldest.push(text)
  }

  written(): void {}

  convict(message: string, cause: unknown): void {
    this.convictions.push({ message, cause })
  }

  probe(): Request {
    return this.request('', { role: 'probe' })
  }

  lostError(_: Request, __: Failure, verdict: LossVerdict): unknown {
    return verdict.kind === 'lost' ? `lost, ${verdict.outcome}` : verdict.kind
  }

  commitReply(): Reply {
    return resultOf('COMMIT')
  }

  revokedError(): unknown {
    return 'revoked'
  }
}
