// Wires a connection together: settings, mailbox, ledger, berth and chart. To the chart it is the wiring, to the mailbox
// the host; the facade asks it for statements and lanes. It holds no state of its own beyond what it joins.
import { type ActorRefFrom, createActor } from 'xstate'
import { Schedule } from '../backoff/schedule.ts'
import { type StormLimit, stormLimitFor } from '../backoff/storm-limit.ts'
import { total } from '../detectors/total.ts'
import type { Wire, WireFact } from '../drivers/driver.ts'
import { createFailure, type Failure } from '../errors/failure.ts'
import { RequestTimeoutError } from '../errors/request-errors.ts'
import { isServerError } from '../errors/server-error.ts'
import { Berth } from '../machines/berth.ts'
import { type ConnectionMachine, connectionMachine } from '../machines/connection.machine.ts'
import { withFastPath } from '../machines/fast-path.ts'
import type { Lane } from '../machines/lane.ts'
import { lossVerdict, phaseOf } from '../machines/loss-verdict.ts'
import { Mailbox } from '../machines/mailbox.ts'
import type { MailboxHost } from '../machines/mailbox-host.ts'
import type { Occupation } from '../machines/occupation.ts'
import { failureOfError } from '../machines/record-failure.ts'
import { type Reply, Request, type RequestInit, type RequestKeeper } from '../machines/request.ts'
import {
  connectWiring,
  type Identity,
  type MonitorWatch,
  type Refusal,
  type Wiring,
} from '../machines/wiring.ts'
import type { Connection } from './connection.ts'
import { Leases } from './leases.ts'
import { Ledger } from './ledger.ts'
import type { Notices } from './notices.ts'
import { Patience } from './patience.ts'
import { Refusals } from './refusals.ts'
import { RollbackFailedError } from './rollback-failed-error.ts'
import type { Settings } from './settings.ts'
import { StatementWatch } from './statement-watch.ts'

/** What only the facade can do: run the user's code. */
export interface CoreUser {
  prepare(lane: Lane, signal: AbortSignal): Promise<{ listeningSince: number; channels: readonly string[] }>
  recover(signal: AbortSignal): Promise<void>
  startMonitors(watch: MonitorWatch): () => void
  /** The one who is told of a connection that has to be replaced. */
  readonly connection: Connection
  sessionLost(): void
  shut(): void
}

export type ConnectionActorRef = ActorRefFrom<ConnectionMachine>

export class Core implements Wiring, MailboxHost, RequestKeeper {
  readonly settings: Settings
  readonly notices: Notices
  readonly refusals: Refusals
  readonly ledger = new Ledger()
  readonly leases = new Leases()
  readonly berth = new Berth()
  readonly mailbox: Mailbox
  readonly actor: ConnectionActorRef
  readonly isDead: (failure: Failure) => boolean
  readonly isHopeless: (failure: Failure) => boolean
  readonly #identity: Identity
  readonly #user: CoreUser
  readonly #patience: Patience
  readonly #watch: StatementWatch
  #schedule: Schedule | undefined
  #lastId = 0
  #inspects: Settings['inspect']
  /** Why destroy() was called, for those it refuses. */
  closeCause: unknown

  constructor(settings: Settings, notices: Notices, user: CoreUser) {
    this.settings = settings
    this.notices = notices
    this.#user = user
    this.refusals = new Refusals(settings.name)
    this.mailbox = new Mailbox(this, settings.isPipelined)
    this.#patience = new Patience(settings.clock, settings.waitMs, (request) => this.#outwaited(request))
    this.#watch = new StatementWatch(settings.clock, settings.statementTimeoutMs, (request) =>
      this.#overdue(request),
    )
    this.isDead = total(settings.isDead, (error) => notices.reportError(error, 'reconnect.isDead'))
    this.isHopeless = total(settings.isHopeless, (error) =>
      notices.reportError(error, 'reconnect.isHopeless'),
    )
    this.#identity = { name: settings.name }
    connectWiring(this.#identity, this)
    this.#inspects = settings.inspect
    this.actor = createActor(
      withFastPath(connectionMachine, (type) => this.#misfit(type)),
      {
        input: {
          identity: this.#identity,
          isSupervised: settings.isSupervised,
          waitsWhileDown: settings.waitMs !== undefined,
        },
        clock: settings.allowExitOnIdle ? unrefing(settings.clock) : settings.clock,
        ...(settings.inspect === undefined ? {} : { inspect: (event) => this.#inspect(event) }),
      },
    )
    // Without an error observer a fault of the chart would end the process; with it, nothing is left waiting.
    this.actor.subscribe({ error: (error) => this.#broken(error) })
    this.actor.start()
  }

  get clock(): Settings['clock'] {
    return this.settings.clock
  }

  get connectTimeoutMs(): number {
    return this.settings.connectTimeoutMs
  }

  // ── Asked by the facade ──

  newRequest(init: RequestInit): Request {
    return new Request(++this.#lastId, init, this)
  }

  /** Takes a request in; settles when it does. A probe goes past the chart: it is nobody's statement. */
  ask(request: Request): Promise<Reply> {
    const reply = this.ledger.open(request)
    if (request.role === 'probe' || request.lane.isPreparing) this.mailbox.accept(request)
    else this.actor.send({ type: 'statement', id: request.id })
    return reply
  }

  /** There is a session, and its gate is open. */
  get isAttached(): boolean {
    const { value } = this.actor.getSnapshot()
    return typeof value === 'object' && 'attached' in value
  }

  /** Why a caller of the connection's own lane is turned away before anything else. */
  refusalByLimit(): Error | undefined {
    if (this.ledger.pending < this.settings.queueLimit) return undefined
    return this.refusals.full(this.settings.queueLimit)
  }

  abort(request: Request, reason: unknown): void {
    this.mailbox.cancel(request, { confirmed: reason, tooLate: reason, cause: reason }, reason)
  }

  /** The session is replaced; its end rolls back what it would not roll back itself. */
  rollbackFailed(cause: unknown, rollbackError: unknown): Error {
    const message = `a rollback on ${this.settings.name} failed on a living session, which is replaced`
    const { connection } = this.#user
    const error = new RollbackFailedError(message, {
      cause,
      rollbackError,
      connection,
      connectionName: this.settings.name,
    })
    const failure = this.failureOf(error)
    this.actor.send({ type: 'session.lost', failure, silentSince: failure.at })
    return error
  }

  /** Hears that the connection is being closed; returns how to stop. */
  onShut(listener: () => void): () => void {
    this.#shutListeners.add(listener)
    return () => this.#shutListeners.delete(listener)
  }

  readonly #shutListeners = new Set<() => void>()

  // ── Told by the mailbox ──

  answered(request: Request, error: unknown, result: Reply, nameWasLost: boolean): void {
    this.mailbox.answered(request, error, result, nameWasLost)
  }

  settled(request: Request, error: unknown, result: Reply): void {
    this.ledger.settled(request, error, result)
  }

  unsettled(): Iterable<Request> {
    return this.ledger.unsettled()
  }

  erred(error: unknown, request: Request): void {
    if (!isServerError(error) && !(error instanceof RequestTimeoutError)) return
    this.actor.send({ type: 'judge', failure: this.failureOf(error, request.lane.isReadOnly) })
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
    this.#watch.oldestChanged(oldest)
  }

  convict(message: string, cause: unknown): void {
    const at = this.clock.now()
    const phase = phaseOf(this.mailbox.oldest, this.mailbox.openLane)
    const failure = createFailure({ kind: 'timeout', phase, at, message, error: cause })
    this.actor.send({ type: 'session.lost', failure, silentSince: this.berth.wire?.lastByteAt ?? at })
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
    return { command: 'COMMIT', rowCount: 0, oid: 0, rows: [], fields: [] }
  }

  // ── Asked by the chart and its actors ──

  find(requestId: number): Request | undefined {
    return this.ledger.find(requestId)
  }

  counts(): { inFlight: number; queued: number } {
    let inFlight = 0
    let queued = 0
    for (const { phase, role } of this.ledger.unsettled()) {
      if (role === 'probe') continue
      if (phase === 'written') inFlight++
      else queued++
    }
    return { inFlight, queued }
  }

  stormLimit(): StormLimit {
    const { host, port } = this.settings.address
    return stormLimitFor(`${host}:${port}`, this.clock)
  }

  openWire(report: (fact: WireFact) => void): Wire {
    const { driver, client, clientFactory, preparedLimit, clock } = this.settings
    return driver.open({ client, clientFactory, preparedLimit, now: () => clock.now() }, report)
  }

  prepare(lane: Lane, signal: AbortSignal): Promise<{ listeningSince: number; channels: readonly string[] }> {
    return this.#user.prepare(lane, signal)
  }

  recover(signal: AbortSignal): Promise<void> {
    return this.#user.recover(signal)
  }

  startMonitors(watch: MonitorWatch): () => void {
    return this.#user.startMonitors(watch)
  }

  renewSchedule(): void {
    this.#schedule?.close()
    this.#schedule = new Schedule(this.settings.backoff, (error) =>
      this.notices.reportError(error, 'reconnect.backoff'),
    )
  }

  nextDelay(): number | undefined {
    return this.#schedule?.next()
  }

  async drained(): Promise<void> {
    while (this.ledger.pending > 0 || this.leases.size > 0) {
      await Promise.all([this.ledger.emptied(), this.leases.left()])
    }
  }

  openGate(): void {
    this.#patience.end()
    this.mailbox.openGate()
    if (this.settings.allowExitOnIdle && this.mailbox.isQuiet) this.mailbox.wire?.unref()
  }

  accept(requestId: number): void {
    const request = this.ledger.find(requestId)
    if (request === undefined || request.phase !== 'queued') return
    this.mailbox.accept(request)
  }

  hold(requestId: number): void {
    const request = this.ledger.find(requestId)
    if (request === undefined) return
    if (request.lane !== this.mailbox.root) request.settle(this.refusals.revoked(request.lane))
    else {
      this.mailbox.accept(request)
      this.#patience.begin(request)
    }
  }

  refuse(requestId: number, because: Refusal): void {
    const request = this.ledger.find(requestId)
    if (request !== undefined) this.#refuse(request, because)
  }

  lose(failure: Failure, waits: boolean, because: Refusal): void {
    this.#watch.stop()
    this.#user.sessionLost()
    this.mailbox.lose(failure, (request) => {
      if (waits) this.#patience.begin(request)
      else if (!request.isIdempotent && !request.isPatient) this.#refuse(request, because)
    })
  }

  refuseWaiting(because: Refusal, all: boolean): void {
    if (all) this.#patience.end()
    for (const request of [...this.ledger.unsettled()]) {
      if (request.phase !== 'queued' || request.lane !== this.mailbox.root) continue
      if (all || (!request.isIdempotent && !request.isPatient)) this.#refuse(request, because)
    }
  }

  shut(): void {
    this.#watch.stop()
    this.#patience.end()
    this.#schedule?.close()
    const { openLane, root } = this.mailbox
    const refusal = this.refusals.closed(undefined, this.closeCause)
    this.mailbox.shut((request) => {
      if (lossVerdict(request).kind === 'applied') request.settle(undefined, this.commitReply())
      else request.settle(this.refusals.closed(request, this.closeCause))
    })
    for (let lane: Lane | undefined = openLane; lane !== undefined && lane !== root; lane = lane.parent)
      lane.cut(refusal)
    this.#user.shut()
    for (const listener of [...this.#shutListeners]) listener()
  }

  failureOf(error: unknown, readOnlyTransaction = this.mailbox.openLane.isReadOnly): Failure {
    const phase = phaseOf(this.mailbox.oldest, this.mailbox.openLane)
    return failureOfError(error, { phase, at: this.clock.now(), readOnlyTransaction })
  }

  #refuse(request: Request, because: Refusal): void {
    request.settle(
      because.because === 'closed' ? this.refusals.closed(request) : this.refusals.down(because, request),
    )
  }

  #outwaited(request: Request): void {
    const { downSince: since, attempts: attempt, nextAttemptAt, failure } = this.actor.getSnapshot().context
    this.#refuse(request, { because: 'down', since, attempt, nextAttemptAt, failure })
  }

  /** A statement has been the oldest for too long; a COMMIT is not cancelled, its session is replaced. */
  #overdue(request: Request): void {
    const { statementTimeoutMs } = this.settings
    this.timeOut(request, statementTimeoutMs)
  }

  timeOut(request: Request, ms: number): void {
    const confirmed = this.refusals.timedOut(ms, 'execution')
    const tooLate = this.refusals.timedOut(ms, 'execution', 'unknown')
    this.mailbox.cancel(
      request,
      { confirmed, tooLate, cause: confirmed },
      this.refusals.timedOut(ms, 'queue'),
    )
  }

  #rollBackLeftOpen(): void {
    const request = this.newRequest({ text: 'ROLLBACK', lane: this.mailbox.root, role: 'probe' })
    this.ask(request).catch(() => undefined)
    const message = 'a statement left a transaction open; it was rolled back'
    this.notices.publish({ type: 'warning', reason: 'transactionLeftOpen', message })
  }

  #inspect(event: Parameters<NonNullable<Settings['inspect']>>[0]): void {
    try {
      this.#inspects?.(event)
    } catch (error) {
      // An observer that throws would lose the transition it observes; it is not asked again.
      this.#inspects = undefined
      this.notices.reportError(error, 'inspect')
    }
  }

  #misfit(type: unknown): void {
    this.notices.publish({
      type: 'warning',
      reason: 'unknownEvent',
      message: `an event of no known shape was passed over: ${String(type)}`,
    })
  }

  #broken(error: unknown): void {
    this.notices.reportError(error, 'the connection machine')
    this.shut()
    this.berth.clear()?.destroy()
  }
}

/** Timers that do not keep the process alive. */
const unrefing = (clock: Settings['clock']): Settings['clock'] => ({
  now: () => clock.now(),
  setTimeout: (callback, ms) => {
    const id = clock.setTimeout(callback, ms)
    ;(id as Partial<NodeJS.Timeout> | undefined)?.unref?.()
    return id
  },
  clearTimeout: (id) => clock.clearTimeout(id),
})
