// Wires a pool together: settings, chart, members, line and notices. The facade asks it, and the chart's side does through
// it what the chart decides.
import { type ActorRefFrom, createActor } from 'xstate'
import type { Clock } from '../../backoff/clock.ts'
import { LoneProber } from '../../backoff/lone-prober.ts'
import { Schedule } from '../../backoff/schedule.ts'
import { leastDelayMs } from '../../detectors/least-delay.ts'
import { total } from '../../detectors/total.ts'
import type { Failure } from '../../errors/failure.ts'
import { ceilingOf, floorOf, membersOf, roomIn } from '../../machines/pool/pool.context.ts'
import type { PoolFact, PoolNotice } from '../../machines/pool/pool.events.ts'
import { poolMachine } from '../../machines/pool/pool.machine.ts'
import { connectPoolWiring, type MemberHold, type PoolWiring } from '../../machines/pool/pool.wiring.ts'
import type { Connection } from '../connection.ts'
import { coreOf } from '../connection-readings.ts'
import { harmlessInspector } from '../notices/harmless-inspector.ts'
import { unrefing } from '../unrefing-clock.ts'
import { LeakWatch } from './leak-watch.ts'
import { Lending, type LendingHost, type Outage } from './lending.ts'
import type { Member } from './member.ts'
import { PoolNotices } from './pool-notices.ts'
import { PoolRefusals } from './pool-refusals.ts'
import type { PoolSettings } from './pool-settings.ts'
import { Roster } from './roster.ts'
import { type Household, superviseMember } from './supervised-member.ts'
import { Upkeep, type UpkeepHost } from './upkeep.ts'

export type PoolActorRef = ActorRefFrom<typeof poolMachine>

/** When the schedule is over, or the failure hopeless: a new attempt is worth making after so long. */
const restMs = 10_000

/** What the chart tells, and that a member has come up. */
export type PoolWord = PoolNotice | { readonly type: 'member.up' } | { readonly type: 'givenUp' }

export class PoolCore implements PoolWiring, Household, LendingHost, UpkeepHost {
  readonly settings: PoolSettings
  readonly refusals: PoolRefusals
  readonly notices = new PoolNotices()
  readonly roster: Roster
  readonly lending: Lending
  readonly leaks: LeakWatch<Member>
  readonly actor: PoolActorRef
  readonly #prober: LoneProber
  readonly #upkeep: Upkeep
  readonly #hear: (word: PoolWord) => void
  readonly #shutListeners = new Set<() => void>()
  #schedule: Schedule | undefined
  #lastFailure: Failure | undefined
  /** Why connections failed, since start() was asked for. */
  connectErrors: unknown[] = []

  constructor(settings: PoolSettings, hear: (word: PoolWord) => void) {
    const { name, min, max, clock, connection } = settings
    this.settings = settings
    this.#hear = hear
    this.refusals = new PoolRefusals(name)
    this.#prober = new LoneProber(settings.reconnectRate)
    this.roster = new Roster(settings, this.#prober, this.notices, (member) => this.#becameFree(member))
    this.lending = new Lending(this)
    this.#upkeep = new Upkeep(this)
    this.leaks = new LeakWatch(settings, ({ connection: held }, heldMs, stack) =>
      this.notices.publish('leak', { connection: held, heldMs, stack }),
    )
    const identity = { name }
    connectPoolWiring(identity, this)
    this.actor = createActor(poolMachine, {
      input: { identity, min, max },
      clock: connection.allowExitOnIdle ? unrefing(clock) : clock,
      ...harmlessInspector(connection.inspect, () => undefined),
    })
    this.actor.subscribe({ error: () => this.#broken() })
    this.actor.on('*', (notice) => this.#told(notice))
    this.actor.start()
  }

  get clock(): Clock {
    return this.settings.clock
  }

  get members(): readonly Member[] {
    return this.roster.members
  }

  get isBroken(): boolean {
    return this.actor.getSnapshot().status === 'error'
  }

  get isClosed(): boolean {
    const { value } = this.actor.getSnapshot()
    return value === 'closed' || (typeof value === 'object' && 'closing' in value) || this.isBroken
  }

  get isUp(): boolean {
    return this.members.some(({ isUp }) => isUp)
  }

  get floor(): number {
    return floorOf(this.actor.getSnapshot().context)
  }

  get connecting(): number {
    return membersOf(this.actor.getSnapshot().context, 'worker', 'connecting').length
  }

  get outage(): Outage | undefined {
    const { value, context } = this.actor.getSnapshot()
    if (typeof value !== 'object' || !('running' in value) || value.running.service !== 'down')
      return undefined
    const { failure, downSince: since } = context
    if (failure === undefined) return undefined
    return {
      since,
      mayProbe: value.running.staff === 'complete' && membersOf(context, 'worker').length === 0,
      error: () => this.#downError(failure, since),
    }
  }

  get mayGrow(): boolean {
    const { value, context } = this.actor.getSnapshot()
    // Asked for each statement of a busy pool, which mostly is as large as it may be.
    if (this.members.length >= ceilingOf(context)) return false
    const isOpen = typeof value === 'object' && 'running' in value && value.running.staff === 'complete'
    return (isOpen || value === 'idle') && roomIn(context) > 0
  }

  grow(count: number): void {
    const room = roomIn(this.actor.getSnapshot().context)
    for (let number = 0; number < Math.min(count, room); number++) this.actor.send({ type: 'demand' })
  }

  dismiss({ id }: Member, reason: 'idle' | 'old'): void {
    this.actor.send({ type: 'dismiss', id, reason })
  }

  /** Hears that the pool is being closed; returns how to stop. */
  onShut(listener: () => void): () => void {
    this.#shutListeners.add(listener)
    return () => this.#shutListeners.delete(listener)
  }

  /** Something of the user's failed where nobody awaits it. */
  reportError(error: unknown, during: string): void {
    const [member] = this.members
    if (member !== undefined) coreOf(member.connection).notices.reportError(error, during)
  }

  // ── Told by members ──

  take(id: string, of: 'worker' | 'listener' | 'adopted'): Connection {
    return this.roster.take(id, of)
  }

  up(connection: Connection): void {
    const member = this.roster.memberOf(connection)
    if (member === undefined) return
    this.#upkeep.renewed(member)
    if (!member.wasAdded) this.notices.publish('added', { connection })
    member.wasAdded = true
    this.lending.serve()
    this.#hear({ type: 'member.up' })
  }

  gaveUp(failure: Failure): void {
    this.#lastFailure = failure
  }

  connectFailed(error: unknown): void {
    this.connectErrors.push(error)
  }

  left(connection: Connection): void {
    this.roster.left(connection)
  }

  // ── Told by the chart's side ──

  startMember(id: string, of: 'worker' | 'listener' | 'adopted', tell: (fact: PoolFact) => void): MemberHold {
    return superviseMember(this, id, of, tell)
  }

  restartDelay(): number {
    const { backoff, isHopeless } = this.settings.connection
    const { settings } = this
    this.#schedule ??= new Schedule(backoff, () => undefined)
    // What its judges throw is reported by the connection they belong to.
    const isOver =
      this.#lastFailure !== undefined && total(isHopeless, () => undefined, false)(this.#lastFailure)
    const delayMs = isOver ? undefined : this.#schedule.next()
    if (delayMs !== undefined)
      return Math.max(delayMs, this.#lastFailure === undefined ? 0 : leastDelayMs(this.#lastFailure))
    this.renewSchedule()
    queueMicrotask(() => this.#givenUp())
    return Math.max(restMs, settings.reconnectRate === undefined ? 0 : 1000 / settings.reconnectRate)
  }

  renewSchedule(): void {
    this.#schedule?.close()
    this.#schedule = undefined
    this.#lastFailure = undefined
  }

  drained(): Promise<void> {
    return this.lending.quiet()
  }

  shut(): void {
    this.renewSchedule()
    this.#upkeep.stop()
    for (const listener of [...this.#shutListeners]) listener()
    this.lending.refuseAll(() => this.refusals.closed())
  }

  #becameFree(member: Member): void {
    if (!member.isBusy) {
      if (member.leaving !== undefined) member.leaving()
      else this.#upkeep.idle(member)
    }
    this.lending.serve()
  }

  #told(notice: PoolNotice): void {
    if (notice.type === 'down') {
      this.#prober.suspect()
      if (this.outage !== undefined) this.lending.wentDown(this.outage)
    } else if (notice.type === 'up') this.lending.cameUp()
    else if (notice.type === 'vacant') this.lending.serve()
    this.#hear(notice)
  }

  /** Of an outage nobody works on for a while: nobody is kept waiting. */
  #givenUp(): void {
    const { outage } = this
    if (outage === undefined) return
    this.lending.refuseAll(outage.error)
    this.#hear({ type: 'givenUp' })
  }

  #downError(failure: Failure, since: number): Error {
    const contexts = this.members.map(({ connection }) => coreOf(connection).actor.getSnapshot().context)
    const due = contexts.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
    return this.refusals.down({
      failure,
      since,
      attempt: Math.max(0, ...contexts.map(({ attempts }) => attempts)),
      nextAttemptAt: due.length === 0 ? undefined : Math.min(...due),
    })
  }

  /** A guard or an action threw: what there is is ended, and nobody is left waiting. */
  #broken(): void {
    this.shut()
    for (const { connection } of [...this.members]) this.roster.left(connection)
    for (const connection of [...this.roster.listeners.values()]) this.roster.left(connection)
    this.#hear({ type: 'closed' })
  }
}
