// The chart's side of a connection: what its guards judge by, its actors open sessions with, and its actions do to the
// mailbox and the ledger.
import type { QueryResult } from 'pg'
import { Schedule } from '../backoff/schedule.ts'
import { type StormLimit, stormLimitFor } from '../backoff/storm-limit.ts'
import { leastDelayMs } from '../detectors/least-delay.ts'
import { total } from '../detectors/total.ts'
import type { Notification, Wire, WireFact } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { Mailbox } from '../machines/mailbox/mailbox.ts'
import type { Request, RequestInit, RequestLane } from '../machines/mailbox/request.ts'
import type { RequestWatcher } from '../machines/mailbox/request-watch.ts'
import type { Onlookers } from '../machines/onlookers.ts'
import { Berth } from '../machines/session/berth.ts'
import type { StepWatcher } from '../machines/step-watch.ts'
import type { MonitorWatch, Refusal, Wiring } from '../machines/wiring.ts'
import { beginRound, type Round } from '../topology/round.ts'
import type { SessionRole, TargetSessionAttrs } from '../topology/session-role.ts'
import { keyOf, type Target } from '../topology/target.ts'
import type { Doubt } from './commits/doubt.ts'
import { HostCare } from './hosts/host-care.ts'
import type { Leases } from './leases/leases.ts'
import type { Notices } from './notices/notices.ts'
import type { Ledger } from './requests/ledger.ts'
import { Patience } from './requests/patience.ts'
import type { Refusals } from './requests/refusals.ts'
import { released } from './sessions/released.ts'
import type { Settings } from './settings.ts'

/** What only the facade can do: run the user's code. */
export interface FacadeWork extends Pick<Wiring, 'prepare' | 'recover' | 'startMonitors'> {
  /** The facade itself, for errors that name it. */
  readonly connection: object
  heard(notification: Notification): void
  /** The user may have ended LISTENs, at `since` at the earliest. */
  doubtListens(since: number): void
  sessionLost(): void
  shut(): void
}

/** What the chart's side joins. */
export interface WiringParts {
  readonly settings: Settings
  readonly notices: Notices
  readonly refusals: Refusals
  readonly ledger: Ledger
  readonly leases: Leases
  readonly mailbox: Mailbox
  readonly facade: FacadeWork
  readonly onlookers: Onlookers
  /** The last COMMIT whose answer was lost and can be asked for. */
  readonly doubt: Doubt | undefined
  /** The present one, for a request that has waited long enough. */
  readonly outage: Refusal
  sessionLost(): void
  shut(): void
  newRequest(init: RequestInit): Request
  ask(request: Request): Promise<QueryResult | undefined>
  watchRequests(watcher: RequestWatcher): () => void
}

export class ConnectionWiring implements Wiring {
  readonly berth = new Berth()
  readonly #parts: WiringParts
  /** Of a connection that has a choice of hosts, or wants one of a certain kind. */
  readonly hosts: HostCare | undefined
  /** None where nobody waits, or without a bound. */
  readonly #patience: Patience | undefined
  #schedule: Schedule | undefined
  stepWatchers: readonly StepWatcher[] | undefined
  /** Why destroy() was called, for those it refuses. */
  closeCause: unknown
  /** Whoever has this connection may hold its attempts back; below the storm limit, never above it. */
  govern: ((hostKey: string, limit: StormLimit) => StormLimit) | undefined

  constructor(parts: WiringParts) {
    const { settings } = parts
    this.#parts = parts
    if (settings.hosts !== undefined) this.hosts = new HostCare(settings.hosts, parts)
    if (settings.waitMs !== undefined)
      this.#patience = new Patience(settings.clock, settings.waitMs, (request) =>
        this.#refuse(request, parts.outage),
      )
  }

  get name(): string {
    return this.#parts.settings.name
  }

  get clock(): Settings['clock'] {
    return this.#parts.settings.clock
  }

  get mailbox(): Mailbox {
    return this.#parts.mailbox
  }

  get connectTimeoutMs(): number {
    return this.#parts.settings.connectTimeoutMs
  }

  isDead(failure: Failure): boolean {
    const { settings, notices } = this.#parts
    if (this.hosts?.isDemoted(failure) === true) return true
    return total(settings.isDead, (error) => notices.reportError(error, 'reconnect.isDead'))(failure)
  }

  isHopeless(failure: Failure): boolean {
    const { settings, notices } = this.#parts
    const report = (error: unknown): void => notices.reportError(error, 'reconnect.isHopeless')
    // A judge that broke is no reason to give up for good.
    return total(settings.isHopeless, report, false)(failure)
  }

  find(requestId: number): Request | undefined {
    return this.#parts.ledger.find(requestId)
  }

  counts(): { inFlight: number; queued: number } {
    let inFlight = 0
    let queued = 0
    for (const { phase, role } of this.#parts.ledger.unsettled()) {
      if (role === 'probe') continue
      if (phase === 'written' || phase === 'inDoubt') inFlight++
      else queued++
    }
    return { inFlight, queued }
  }

  beginRound(): Round {
    return this.hosts?.beginRound() ?? beginRound([this.#parts.settings.address], 'any')
  }

  stormLimit(target: Target): StormLimit {
    const hostKey = keyOf(target)
    const limit = stormLimitFor(hostKey, this.clock)
    return this.govern === undefined ? limit : this.govern(hostKey, limit)
  }

  openWire(target: Target, report: (fact: WireFact) => void): Wire {
    const { driver, readClient, clientFactory, preparedLimit, isPipelined, clock } = this.#parts.settings
    const now = (): number => clock.now()
    return driver.open(
      { client: readClient(target), clientFactory, preparedLimit, isPipelined, owner: this, now },
      report,
    )
  }

  inspect(
    target: Target,
    role: SessionRole,
    wanted: TargetSessionAttrs,
    lane: RequestLane,
  ): Promise<void> | undefined {
    return this.hosts?.inspect(target, role, wanted, lane)
  }

  hostFailed(target: Target, failure: Failure): void {
    this.hosts?.failed(target, failure)
  }

  heardParameter(name: string, value: string): void {
    this.hosts?.heard(name, value)
  }

  prepare(
    lane: RequestLane,
    signal: AbortSignal,
  ): Promise<{ listeningSince: number; channels: readonly string[] }> {
    return this.#parts.facade.prepare(lane, signal)
  }

  recover(signal: AbortSignal): Promise<void> {
    return this.#parts.facade.recover(signal)
  }

  get isInDoubt(): boolean {
    return this.#parts.doubt?.isOpen === true
  }

  async resolveDoubt(signal: AbortSignal): Promise<void> {
    await this.#parts.doubt?.resolve(signal)
  }

  startMonitors(watch: MonitorWatch): () => void {
    const stop = this.#parts.facade.startMonitors(watch)
    if (this.hosts === undefined) return stop
    const leave = this.hosts.attached(watch)
    return () => {
      leave()
      stop()
    }
  }

  hear(notification: Notification): boolean {
    const { onlookers, facade } = this.#parts
    if (onlookers.came || this.stepWatchers !== undefined) return false
    facade.heard(notification)
    return true
  }

  renewSchedule(): void {
    this.#schedule?.close()
    this.#schedule = new Schedule(this.#parts.settings.backoff, (error) =>
      this.#parts.notices.reportError(error, 'reconnect.backoff'),
    )
  }

  nextDelay(after?: Failure): number | undefined {
    const delayMs = this.#schedule?.next()
    if (delayMs === undefined || after === undefined) return delayMs
    // Spread, for whoever else was refused will come back as well.
    return Math.max(delayMs, leastDelayMs(after) * (1 + Math.random() / 2))
  }

  async drained(): Promise<void> {
    while (this.#parts.ledger.pending > 0 || this.#parts.leases.size > 0) {
      await Promise.all([this.#parts.ledger.emptied(), this.#parts.leases.left()])
    }
  }

  openGate(): void {
    this.#patience?.end()
    this.#schedule?.close()
    this.#schedule = undefined
    this.mailbox.openGate()
    if (this.#parts.settings.allowExitOnIdle && this.mailbox.isQuiet) this.mailbox.wire?.unref()
  }

  accept(requestId: number): void {
    const request = this.#parts.ledger.find(requestId)
    if (request === undefined || request.phase !== 'queued') return
    this.mailbox.accept(request)
  }

  hold(requestId: number): void {
    const request = this.#parts.ledger.find(requestId)
    if (request === undefined) return
    if (request.lane !== this.mailbox.root) request.settle(this.#parts.refusals.revoked(request.lane))
    else {
      this.mailbox.accept(request)
      this.#patience?.begin(request)
    }
  }

  refuse(requestId: number, because: Refusal): void {
    const request = this.#parts.ledger.find(requestId)
    if (request !== undefined) this.#refuse(request, because)
  }

  lose(failure: Failure, waits: boolean, because: Refusal): void {
    this.#parts.sessionLost()
    this.mailbox.lose(failure, (request) => {
      if (waits) this.#patience?.begin(request)
      else if (!request.isIdempotent && !request.isPatient) this.#refuse(request, because)
    })
  }

  refuseWaiting(because: Refusal, all: boolean): void {
    if (all) {
      this.#patience?.end()
      this.#parts.doubt?.giveUp('no session came about that could have been asked')
    }
    for (const request of this.#parts.ledger.unsettled()) {
      if (request.phase !== 'queued' || request.lane !== this.mailbox.root) continue
      if (all || (!request.isIdempotent && !request.isPatient)) this.#refuse(request, because)
    }
  }

  shut(): void {
    this.#patience?.end()
    this.#schedule?.close()
    const lanes = this.mailbox.exclusiveLanes()
    this.mailbox.shut((request) => this.#parts.refusals.closed(request, this.closeCause))
    for (const lane of lanes) lane.cut(this.#parts.refusals.closedUnder(lane, this.closeCause))
    this.#parts.shut()
    if (this.#parts.settings.driver.release !== undefined)
      this.berth.bury(released(this.#parts.settings, this))
  }

  watchRequests(watcher: RequestWatcher): () => void {
    return this.#parts.watchRequests(watcher)
  }

  misfit(type: unknown): void {
    this.#parts.notices.publish({
      type: 'warning',
      reason: 'unknownEvent',
      message: `an event of no known shape was passed over: ${typeof type === 'string' ? type : 'its type is no string'}`,
    })
  }

  #refuse(request: Request, because: Refusal): void {
    const { refusals } = this.#parts
    request.settle(because.because === 'closed' ? refusals.closed(request) : refusals.down(because, request))
  }
}
