// Which host a connection goes to, and when it leaves one. What it learns of the hosts it shares with the other members of
// its pool.
import type { QueryResult } from 'pg'
import type { Failure } from '../../errors/failure.ts'
import type { Request, RequestInit, RequestLane } from '../../machines/mailbox/request.ts'
import type { MonitorWatch } from '../../machines/wiring.ts'
import { inOrder, isOutdated } from '../../topology/cluster-view.ts'
import { beginRound, type Round } from '../../topology/round.ts'
import { isLocalFault } from '../../topology/round-verdict.ts'
import {
  hearRole,
  isTold,
  misfit,
  type SessionRole,
  type TargetSessionAttrs,
} from '../../topology/session-role.ts'
import { shuffled } from '../../topology/shuffle.ts'
import { keyOf, type Target } from '../../topology/target.ts'
import type { Timeline } from '../../topology/timeline.ts'
import { UnfitHostError } from '../../topology/unfit-host-error.ts'
import type { Notices } from '../notices/notices.ts'
import type { HostPlan, Settings } from '../settings.ts'
import { type Ask, askRole, askStaleness, askTimeline } from './questions.ts'
import { SharedView } from './shared-view.ts'

/** The connection that goes there. */
interface Traveller {
  readonly settings: Settings
  readonly notices: Notices
  newRequest(init: RequestInit): Request
  ask(request: Request): Promise<QueryResult | undefined>
}

/** The session there is, or that is coming about. */
interface Stay {
  readonly target: Target
  role: SessionRole
  /** Reported by the server itself, so that a change is known as soon as anything is answered. */
  readonly isReported: boolean
  readonly timeline: Timeline | undefined
  /** When it was looked at. */
  at: number
}

export class HostCare {
  readonly #plan: HostPlan
  readonly #traveller: Traveller
  #shared = new SharedView()
  #stay: Stay | undefined
  #watch: MonitorWatch | undefined

  constructor(plan: HostPlan, traveller: Traveller) {
    this.#plan = plan
    this.#traveller = traveller
  }

  share(shared: SharedView): void {
    this.#shared = shared
  }

  beginRound(): Round {
    const { targets, wanted, isRandom } = this.#plan
    const { random, clock } = this.#traveller.settings
    const given = isRandom ? shuffled(targets, random) : targets
    return beginRound(inOrder(given, this.#shared.view, wanted, clock.now()), wanted)
  }

  failed(target: Target, failure: Failure): void {
    // Who answers, be it with a refusal, is not down.
    if (isLocalFault(failure) || (failure.kind === 'server' && failure.code !== '57P03')) return
    this.#shared.report(keyOf(target), { is: 'down' }, failure.at)
  }

  /** @throws {UnfitHostError} */
  async inspect(
    target: Target,
    heard: SessionRole,
    wanted: TargetSessionAttrs,
    lane: RequestLane,
  ): Promise<void> {
    const traveller = this.#traveller
    const ask: Ask = async (text) =>
      (await traveller.ask(traveller.newRequest({ text, lane })))?.rows[0] ?? {}
    const isReported = isTold(heard, wanted)
    const role = isReported ? heard : await askRole(ask)
    const timeline = this.#mindsTimelines && role.isStandby === false ? await askTimeline(ask) : undefined
    const { maxStalenessMs } = this.#plan
    const isStale =
      maxStalenessMs !== undefined && role.isStandby === true && (await askStaleness(ask)) > maxStalenessMs
    const at = this.#now
    this.#shared.report(keyOf(target), { is: 'up', role, timeline, isStale }, at)
    const reason =
      misfit(role, wanted) ??
      (isStale ? `shows data more than ${maxStalenessMs} ms old` : undefined) ??
      this.#outdated(target, timeline)
    if (reason !== undefined) throw new UnfitHostError(target, reason)
    this.#stay = { target, role, isReported, timeline, at }
  }

  /** The session is in use, until the returned function is called. */
  attached(watch: MonitorWatch): () => void {
    this.#watch = watch
    const leave = this.#shared.join(this)
    this.reconsider()
    return () => {
      leave()
      this.#watch = undefined
      this.#stay = undefined
    }
  }

  heard(name: string, value: string): void {
    const stay = this.#stay
    if (stay !== undefined) this.#become(stay, hearRole(stay.role, name, value))
  }

  /** Asks the server of what kind it is by now; one that reports that itself does so with any answer. */
  async recheck(ask: Ask): Promise<void> {
    const stay = this.#stay
    const { wanted } = this.#plan
    if (stay === undefined || wanted === 'any' || wanted === 'prefer-standby') return
    if (stay.isReported) await ask('')
    else {
      const role = await askRole(ask)
      if (this.#stay === stay) this.#become(stay, role)
    }
  }

  #become(stay: Stay, role: SessionRole): void {
    const before = stay.role
    stay.role = role
    if (before.isStandby === role.isStandby && before.isReadOnly === role.isReadOnly) return
    const { host, port } = stay.target
    if (before.isStandby === true && stay.role.isStandby === false) {
      const message = `${this.#traveller.settings.name}: ${host}:${port} was promoted; it is a primary now`
      this.#traveller.notices.publish({ type: 'warning', reason: 'promoted', message })
    }
    // Of the host, not of this session alone: the others leave it, too.
    this.#shared.report(keyOf(stay.target), { is: 'up', role: stay.role }, this.#now)
    this.#leaveIf(misfit(stay.role, this.#plan.wanted))
  }

  /** What was learnt of the hosts may speak against this one. */
  reconsider(): void {
    const { view } = this.#shared
    const stay = this.#stay
    if (stay === undefined || this.#watch === undefined) return
    if (stay.timeline !== undefined && isOutdated(view, stay.timeline)) {
      const message = this.#outdated(stay.target, stay.timeline) as string
      this.#watch.report({ message: `${stay.target.host}:${stay.target.port} ${message}` })
      return
    }
    const seen = view.hosts.get(keyOf(stay.target))
    if (seen?.is === 'up' && seen.at > stay.at) this.#leaveIf(misfit(seen.role, this.#plan.wanted))
  }

  /**
   * A write was refused for being on a read-only server. Where the server reports its kind, and it fits, then the user's own
   * transaction was read only.
   */
  isDemoted({ kind, code, readOnlyTransaction }: Failure): boolean {
    if (kind !== 'server' || code !== '25006' || readOnlyTransaction) return false
    const { wanted } = this.#plan
    if (wanted !== 'read-write' && wanted !== 'primary') return false
    const stay = this.#stay
    return stay !== undefined && (!stay.isReported || misfit(stay.role, 'read-write') !== undefined)
  }

  /** Replaced when it is idle, so that nothing fails. */
  #leaveIf(reason: string | undefined): void {
    if (reason === undefined || this.#stay === undefined) return
    const { host, port } = this.#stay.target
    this.#watch?.retire(`${host}:${port} ${reason}`)
  }

  get #now(): number {
    return this.#traveller.settings.clock.now()
  }

  /** Who wants to write, and might meet two primaries. */
  get #mindsTimelines(): boolean {
    const { wanted, targets } = this.#plan
    return targets.length > 1 && (wanted === 'read-write' || wanted === 'primary')
  }

  #outdated(target: Target, timeline: Timeline | undefined): string | undefined {
    const { view } = this.#shared
    const { highest } = view
    if (timeline === undefined || highest === undefined || !isOutdated(view, timeline)) return undefined
    const reason = `is a primary of timeline ${timeline.number}, while ${highest.key} was promoted to ${highest.number}`
    if (this.#shared.isNews(`${keyOf(target)} ${timeline.number}`)) {
      const message = `${keyOf(target)} ${reason}: nothing is written there`
      this.#traveller.notices.publish({ type: 'warning', reason: 'splitBrain', message })
    }
    return reason
  }
}
