// Wires a connection together: settings, ledger, mailbox and chart. The facade asks it for statements and lanes, the mailbox
// tells it what happens to them; it holds no state of its own beyond what it joins.
import type { QueryResult } from 'pg'
import { type ActorRefFrom, createActor } from 'xstate'
import { createFailure, type Failure } from '../errors/failure.ts'
import { RequestTimeoutError } from '../errors/request-errors.ts'
import { isServerError } from '../errors/server-error.ts'
import type { ConnectionMachine } from '../machines/connection.machine.ts'
import { fastMachine, guardDoor } from '../machines/fast-path.ts'
import { phaseOf } from '../machines/mailbox/loss-verdict.ts'
import { Mailbox } from '../machines/mailbox/mailbox.ts'
import type { MailboxHost } from '../machines/mailbox/mailbox-host.ts'
import type { Occupation } from '../machines/mailbox/occupation.ts'
import { type Reply, Request, type RequestInit, type RequestKeeper } from '../machines/mailbox/request.ts'
import {
  joinWatch,
  leaveWatch,
  type RequestWatch,
  type RequestWatcher,
} from '../machines/mailbox/request-watch.ts'
import { Onlookers } from '../machines/onlookers.ts'
import type { Berth } from '../machines/session/berth.ts'
import { failureOfError } from '../machines/session/record-failure.ts'
import { connectWiring } from '../machines/wiring.ts'
import { queryChannel } from '../telemetry/channels.ts'
import { Doubt } from './commits/doubt.ts'
import { ConnectionWiring, type FacadeWork, type WiringParts } from './connection-wiring.ts'
import { Leases } from './leases/leases.ts'
import { harmlessInspector } from './notices/harmless-inspector.ts'
import type { Notices } from './notices/notices.ts'
import { commitReply } from './requests/commit-reply.ts'
import { mayHaveCommitted } from './requests/commits-inside.ts'
import { Ledger } from './requests/ledger.ts'
import { Refusals } from './requests/refusals.ts'
import { StatementWatch } from './requests/statement-watch.ts'
import { toldQuery } from './requests/told-query.ts'
import type { Settings } from './settings.ts'
import { unrefing } from './unrefing-clock.ts'

export type ConnectionActorRef = ActorRefFrom<ConnectionMachine>

export class Core implements MailboxHost, RequestKeeper, WiringParts {
  readonly settings: Settings
  readonly notices: Notices
  readonly refusals: Refusals
  readonly ledger = new Ledger()
  readonly leases = new Leases()
  readonly mailbox: Mailbox
  readonly wiring: ConnectionWiring
  readonly facade: FacadeWork
  readonly actor: ConnectionActorRef
  readonly onlookers: Onlookers
  /** None without a deadline of each statement. */
  readonly #watch: StatementWatch | undefined
  doubt: Doubt | undefined
  /** Made with the first one. */
  #shutListeners: Set<() => void> | undefined
  /** Undefined while nobody watches. */
  #requestWatch: RequestWatch
  #lastId = 0

  constructor(machine: ConnectionMachine, settings: Settings, notices: Notices, facade: FacadeWork) {
    const { name, clock, waitMs, statementTimeoutMs } = settings
    this.settings = settings
    this.notices = notices
    this.facade = facade
    this.refusals = new Refusals(name)
    this.mailbox = new Mailbox(this, settings.isPipelined)
    if (statementTimeoutMs > 0)
      this.#watch = new StatementWatch(clock, statementTimeoutMs, (request) =>
        this.timeOut(request, statementTimeoutMs),
      )
    this.wiring = new ConnectionWiring(this)
    const identity = { name }
    connectWiring(identity, this.wiring)
    this.actor = createActor(fastMachine(machine), {
      input: { identity, isSupervised: settings.isSupervised, waitsWhileDown: waitMs !== undefined },
      clock: settings.allowExitOnIdle ? unrefing(clock) : clock,
      ...harmlessInspector(settings.inspect, (error) => notices.reportError(error, 'inspect')),
    })
    guardDoor(this.actor, (type) => this.wiring.misfit(type))
    this.onlookers = new Onlookers(machine, this.actor, settings.inspect !== undefined)
    // Without an error observer a fault of the chart would end the process; with it, nothing is left waiting.
    this.actor.subscribe({ error: (error) => this.#broken(error) })
    this.actor.start()
  }

  get clock(): Settings['clock'] {
    return this.settings.clock
  }

  get berth(): Berth {
    return this.wiring.berth
  }

  /** There is a session, and its gate is open. */
  get isAttached(): boolean {
    const { value } = this.actor.getSnapshot()
    return typeof value === 'object' && 'attached' in value && !this.isBroken
  }

  /** There is no session, and none in the making. */
  get isGivenUp(): boolean {
    return this.actor.getSnapshot().hasTag('givenUp')
  }

  /** A guard or an action threw, and the chart hears nothing any more: the connection is closed for good. */
  get isBroken(): boolean {
    return this.actor.getSnapshot().status === 'error'
  }

  /** What is known of the present outage. */
  get outage() {
    const { downSince: since, attempts: attempt, nextAttemptAt, failure } = this.actor.getSnapshot().context
    return { because: 'down', since, attempt, nextAttemptAt, failure } as const
  }

  // ── Asked by the facade ──

  newRequest(init: RequestInit): Request {
    return new Request(++this.#lastId, init, this)
  }

  /** Takes a request in; settles when it does. A probe goes past the chart: it is nobody's statement. */
  ask(request: Request): Promise<QueryResult | undefined> {
    return queryChannel.hasSubscribers
      ? (toldQuery(request, this.settings, () => this.#ask(request)) as Promise<QueryResult | undefined>)
      : this.#ask(request)
  }

  #ask(request: Request): Promise<QueryResult | undefined> {
    const reply = this.ledger.open(request)
    this.#requestWatch?.asked(request)
    if (this.isBroken) request.settle(this.refusals.closed(request))
    else if (request.role === 'probe' || request.lane.isPreparing) this.mailbox.accept(request)
    else this.actor.send({ type: 'statement', id: request.id })
    return reply
  }

  /** Why a caller of the connection's own lane is turned away before anything else. */
  refusalByLimit(): { readonly error: unknown } | undefined {
    if (this.ledger.pendingOnOwnLane < this.settings.queueLimit) return undefined
    return { error: this.refusals.full(this.settings.queueLimit) }
  }

  abort(request: Request, reason: unknown): void {
    this.mailbox.cancel(request, { confirmed: reason, tooLate: reason, cause: reason }, reason)
  }

  /** A fault that only a new session mends. */
  replaceSession(failure: Failure): void {
    this.actor.send({ type: 'session.lost', failure, silentSince: this.berth.wire?.heardUntil ?? failure.at })
  }

  /** Hears that the connection is being closed; returns how to stop. */
  onShut(listener: () => void): () => void {
    this.#shutListeners ??= new Set()
    const listeners = this.#shutListeners
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  watchRequests(watcher: RequestWatcher): () => void {
    this.#requestWatch = joinWatch(this.#requestWatch, watcher)
    return () => {
      this.#requestWatch = leaveWatch(this.#requestWatch, watcher)
    }
  }

  // ── Told by the mailbox ──

  answered(request: Request, error: unknown, result: Reply, nameWasLost: boolean): void {
    this.mailbox.answered(request, error, result, nameWasLost)
  }

  written(request: Request): void {
    this.#requestWatch?.written(request)
  }

  settled(request: Request, error: unknown, result: Reply): void {
    this.#requestWatch?.settled(request, error)
    this.ledger.settled(request, error, result)
  }

  unsettled(): Request[] {
    return this.ledger.unsettled()
  }

  erred(error: unknown, request: Request): void {
    if (!isServerError(error) && !(error instanceof RequestTimeoutError)) return
    // Of the request's own phase: by now it is answered, and the connection may be idle.
    const phase = phaseOf(request, request.lane)
    const circumstances = { phase, at: this.clock.now(), readOnlyTransaction: request.lane.isReadOnly }
    this.actor.send({ type: 'judge', failure: failureOfError(error, circumstances) })
  }

  became(occupation: Occupation): void {
    if (this.settings.allowExitOnIdle && occupation === 'connected') this.mailbox.wire?.unref()
    this.actor.send({ type: 'became', occupation })
  }

  settledDown(isQuiet: boolean): void {
    const { wire } = this.mailbox
    if (!isQuiet || wire === undefined) return
    if (wire.transactionStatus !== 'I') this.#rollBackLeftOpen()
    else if (this.actor.getSnapshot().context.retiring !== undefined) this.actor.send({ type: 'quiet' })
  }

  oldestChanged(oldest: Request): void {
    // How long a conversation takes is its user's affair.
    if (oldest.submittable === undefined) this.#watch?.oldestChanged(oldest)
  }

  convict(message: string, cause: unknown): void {
    const at = this.clock.now()
    const phase = phaseOf(this.mailbox.oldest, this.mailbox.openLane)
    const failure = createFailure({ kind: 'timeout', phase, at, message, error: cause })
    if (this.isAttached) this.replaceSession(failure)
    // While it is still being made, its end is what tells.
    else this.mailbox.wire?.destroy()
  }

  probe(): Request {
    const request = this.newRequest({ text: '', lane: this.mailbox.root, role: 'probe' })
    this.ledger.open(request).catch(() => undefined)
    return request
  }

  lostError(...of: Parameters<Refusals['byVerdict']>): unknown {
    return this.refusals.byVerdict(...of)
  }

  revokedError(request: Request): unknown {
    return request.lane.refusal?.error ?? this.refusals.revoked(request.lane)
  }

  commitReply(): Reply {
    return commitReply
  }

  doubted(request: Request, failure: Failure): void {
    if (this.doubt?.isFor(request) !== true) this.doubt = new Doubt(this, request, failure)
  }

  failureOf(error: unknown): Failure {
    const { oldest, openLane } = this.mailbox
    const phase = phaseOf(oldest, openLane)
    return failureOfError(error, { phase, at: this.clock.now(), readOnlyTransaction: openLane.isReadOnly })
  }

  timeOut(request: Request, ms: number): void {
    const isUndone = !request.wasWritten && !mayHaveCommitted(request)
    const confirmed = this.refusals.timedOut(ms, 'execution', isUndone ? 'notApplied' : 'unknown')
    const tooLate = this.refusals.timedOut(ms, 'execution', 'unknown')
    this.mailbox.cancel(
      request,
      { confirmed, tooLate, cause: confirmed, isDeadline: true },
      // Written on a session that died, it waits to be repeated.
      request.wasWritten ? tooLate : this.refusals.timedOut(ms, 'queue'),
    )
  }

  // ── Told by the chart's side ──

  sessionLost(): void {
    this.#watch?.stop()
    this.facade.sessionLost()
  }

  shut(): void {
    this.#watch?.stop()
    this.facade.shut()
    for (const listener of [...(this.#shutListeners ?? [])]) listener()
  }

  #rollBackLeftOpen(): void {
    const request = this.newRequest({ text: 'ROLLBACK', lane: this.mailbox.root, role: 'probe' })
    this.ask(request).catch(() => undefined)
    const message = 'a statement left a transaction open; it was rolled back'
    this.notices.publish({ type: 'warning', reason: 'transactionLeftOpen', message })
  }

  #broken(error: unknown): void {
    this.notices.reportError(error, 'the connection machine')
    this.wiring.shut()
    this.berth.clear()?.destroy()
  }
}
