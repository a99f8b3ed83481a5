// Who gets a member, and who waits for one.
import type { Clock } from '../../backoff/clock.ts'
import { Deadline } from '../../machines/deadline.ts'
import {
  type AcquireMessage,
  acquireChannel,
  type PoolReadings,
  releaseChannel,
} from '../../telemetry/channels.ts'
import type { WaitOptions } from '../queryable.ts'
import { reasonOf } from '../requests/wait-options.ts'
import { chooseAny, chooseIdle } from './choosing.ts'
import type { Loan } from './loan.ts'
import type { Member } from './member.ts'
import type { PoolRefusals } from './pool-refusals.ts'
import type { PoolSettings } from './pool-settings.ts'
import { type PoolStats, statsOf } from './pool-stats.ts'
import { type LineHost, type Waiter, WaitingLine } from './waiting-line.ts'

/** What is known of an outage of all members. */
export interface Outage {
  readonly since: number
  /** Nobody finds out by himself whether it is over: the next request does. */
  readonly mayProbe: boolean
  error(): Error
}

export interface LendingHost {
  readonly settings: PoolSettings
  readonly refusals: PoolRefusals
  readonly members: readonly Member[]
  /** Nothing new is accepted. */
  readonly isClosed: boolean
  readonly outage: Outage | undefined
  /** Members that are made and were never up. */
  readonly connecting: number
  readonly mayGrow: boolean
  /** Asks for so many more members, as far as there may be more. */
  grow(count: number): void
}

export interface Want extends WaitOptions {
  readonly kind: Waiter['kind']
  readonly isPatient?: boolean
  /** Its member died before anything was sent: it stands at the head of the line, and has been counted. */
  readonly isBack?: boolean
}

export class Lending implements LineHost {
  readonly #host: LendingHost
  readonly #line: WaitingLine
  readonly #quiet = new Set<() => void>()
  /** Of this pool, for whoever hears of it. */
  readonly #readings: PoolReadings
  #upSince = 0
  /** So many were given a member. */
  acquired = 0
  waitMsTotal = 0

  constructor(host: LendingHost) {
    this.#host = host
    const stats = (): PoolStats => statsOf({ members: host.members, lending: this })
    const { name, max } = host.settings
    this.#readings = {
      name,
      max,
      get stats() {
        return stats()
      },
    }
    this.#line = new WaitingLine(this)
  }

  get clock(): Clock {
    return this.#host.settings.clock
  }

  get waiting(): number {
    return this.#line.size
  }

  /** For one statement, now; undefined where it has to wait, or to be refused. */
  take(): Loan | undefined {
    const { members, isClosed } = this.#host
    if (isClosed || this.#line.size > 0) return undefined
    const member = chooseAny(members, this.clock.now())
    // While there may be more members it does not share: it waits for a new one, or for the first that is idle.
    if (member === undefined || (member.pending > 0 && this.#host.mayGrow)) return undefined
    this.acquired++
    const lend = () => this.#lend(member, 'statement')
    return acquireChannel.hasSubscribers ? acquireChannel.traceSync(lend, this.#message('statement')) : lend()
  }

  /** Waits in line. Rejects with why it is not to be had. */
  wait(want: Want): Promise<Loan> {
    return acquireChannel.hasSubscribers
      ? acquireChannel.tracePromise(() => this.#wait(want), this.#message(want.kind))
      : this.#wait(want)
  }

  #wait({ kind, signal, timeoutMs, isPatient = false, isBack = false }: Want): Promise<Loan> {
    const { settings, refusals, isClosed, outage } = this.#host
    if (signal?.aborted) return Promise.reject(reasonOf(signal))
    if (isClosed) return Promise.reject(refusals.closed())
    if (outage !== undefined && settings.waitMs === undefined && !isPatient && !outage.mayProbe)
      return Promise.reject(outage.error())
    if (this.#line.size >= settings.waitLimit && !isBack)
      return Promise.reject(refusals.full(settings.waitLimit))
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal?.removeEventListener('abort', abort)
        deadline?.clear()
      }
      const leave = (error: unknown): void => {
        if (!this.#line.leave(waiter)) return
        settle()
        reject(error)
        this.serve()
      }
      const abort = (): void => leave(reasonOf(signal as AbortSignal))
      const deadline =
        timeoutMs === undefined
          ? undefined
          : new Deadline(this.clock, timeoutMs, () => leave(refusals.timedOut(timeoutMs)))
      const waiter: Waiter = {
        kind,
        isPatient,
        since: this.clock.now(),
        grant: (loan) => {
          settle()
          if (!isBack) this.acquired++
          this.waitMsTotal += this.clock.now() - waiter.since
          resolve(loan)
        },
        refuse: (error) => {
          settle()
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#line.enter(waiter, isBack ? 'head' : 'tail')
      this.serve()
    })
  }

  /** Somebody may have become free, or been made. */
  serve(): void {
    this.#grantAll(() => chooseIdle(this.#host.members))
    if (this.#line.size > 0) this.#grow()
    // The last ones in line wait for the members that are being made, as many as there are; the others share.
    this.#grantAll(({ kind }) =>
      kind === 'statement' && this.#line.size > this.#host.connecting
        ? chooseAny(this.#host.members, this.clock.now())
        : undefined,
    )
    if (this.#line.size === 0) this.#tellQuiet()
  }

  wentDown(outage: Outage): void {
    if (this.#host.settings.waitMs === undefined)
      this.#line.refuse(outage.error, ({ isPatient }) => !isPatient)
    this.#line.watch()
  }

  cameUp(): void {
    this.#upSince = this.clock.now()
    this.serve()
    this.#line.watch()
  }

  refuseAll(error: () => unknown): void {
    this.#line.refuse(error)
    this.#tellQuiet()
  }

  /** Resolves when nobody waits and nobody is busy. */
  quiet(): Promise<void> {
    if (this.#isQuiet) return Promise.resolve()
    return new Promise((resolve) => this.#quiet.add(resolve))
  }

  boundOf({ since, isPatient }: Waiter): { until: number; error: () => unknown } {
    const { settings, refusals, outage } = this.#host
    const { acquireTimeoutMs, waitMs } = settings
    const acquire = (from: number) => ({
      until: from + acquireTimeoutMs,
      error: () => refusals.notAcquired(acquireTimeoutMs),
    })
    if (outage === undefined) return acquire(Math.max(since, this.#upSince))
    if (isPatient) return { until: Number.POSITIVE_INFINITY, error: outage.error }
    if (waitMs === undefined) return acquire(since)
    return { until: Math.max(since, outage.since) + waitMs, error: outage.error }
  }

  get #isQuiet(): boolean {
    return this.#line.size === 0 && !this.#host.members.some(({ isBusy }) => isBusy)
  }

  #tellQuiet(): void {
    if (this.#quiet.size === 0 || !this.#isQuiet) return
    for (const tell of this.#quiet) tell()
    this.#quiet.clear()
  }

  /** In the order of the line, until the head finds nobody. */
  #grantAll(choose: (waiter: Waiter) => Member | undefined): void {
    for (let waiter = this.#line.head; waiter !== undefined; waiter = this.#line.head) {
      const member = choose(waiter)
      if (member === undefined) return
      this.#line.leave(waiter)
      waiter.grant(this.#lend(member, waiter.kind))
    }
  }

  #lend(member: Member, kind: Waiter['kind']): Loan {
    const since = this.clock.now()
    const end = kind === 'lease' ? member.lease() : member.begin(since)
    return { member, since, end: releaseChannel.hasSubscribers ? this.#told(kind, since, end) : end }
  }

  #told(kind: Waiter['kind'], since: number, end: () => void): () => void {
    return () => {
      end()
      releaseChannel.publish({ ...this.#message(kind), usedMs: this.clock.now() - since })
    }
  }

  #message(kind: Waiter['kind']): AcquireMessage {
    return { pool: this.#readings, kind }
  }

  /** As many members are made at a time as there are requests waiting. */
  #grow(): void {
    const lacking = this.#line.size - this.#host.connecting
    if (lacking > 0 && this.#host.mayGrow) this.#host.grow(lacking)
  }
}
