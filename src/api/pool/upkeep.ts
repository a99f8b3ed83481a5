// Members that are idle for too long, or too old, are let go. One timer for all: it fires when the first may be due, and
// looks then who is.
import type { Clock } from '../../backoff/clock.ts'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { unrefing } from '../unrefing-clock.ts'
import type { Member } from './member.ts'
import type { PoolSettings } from './pool-settings.ts'

export interface UpkeepHost {
  readonly settings: PoolSettings
  readonly members: readonly Member[]
  /** As many as there shall be at least. */
  readonly floor: number
  /** What the chart thinks may go goes. */
  dismiss(member: Member, reason: 'idle' | 'old'): void
}

/** Of maxLifetimeMs, either way: connections that were made together don't go together. */
const spread = 0.1

export class Upkeep {
  readonly #host: UpkeepHost
  readonly #clock: Clock
  #timer: unknown
  #dueAt = Number.POSITIVE_INFINITY

  constructor(host: UpkeepHost) {
    this.#host = host
    this.#clock = unrefing(host.settings.clock)
  }

  /** It has a new session. */
  renewed(member: Member): void {
    const { maxLifetimeMs, random } = this.#host.settings
    member.idleSince = this.#clock.now()
    if (maxLifetimeMs > 0)
      member.oldFrom = member.idleSince + maxLifetimeMs * (1 - spread + 2 * spread * random())
    this.#arm(this.#dueOf(member))
  }

  /** It has nothing to do any more. True if it is let go. */
  idle(member: Member): boolean {
    const now = this.#clock.now()
    member.idleSince = now
    if (member.oldFrom <= now) {
      this.#host.dismiss(member, 'old')
      return true
    }
    this.#arm(this.#dueOf(member))
    return false
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#dueAt = Number.POSITIVE_INFINITY
  }

  #dueOf({ idleSince, oldFrom }: Member): number {
    const { settings, members, floor } = this.#host
    const idleDue =
      settings.idleTimeoutMs > 0 && members.length > floor
        ? idleSince + settings.idleTimeoutMs
        : Number.POSITIVE_INFINITY
    return Math.min(idleDue, oldFrom)
  }

  #arm(dueAt: number): void {
    if (dueAt >= this.#dueAt) return
    this.#clock.clearTimeout(this.#timer)
    this.#dueAt = dueAt
    const ms = Math.min(Math.max(0, dueAt - this.#clock.now()), longestDelayMs)
    this.#timer = this.#clock.setTimeout(() => this.#look(), ms)
  }

  /** The last come first: the first ones are those that are asked first. */
  #look(): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    const { settings, members } = this.#host
    for (const member of members.toReversed()) {
      if (member.isBusy || !member.isUp) continue
      const now = this.#clock.now()
      if (member.oldFrom <= now) this.#host.dismiss(member, 'old')
      else if (settings.idleTimeoutMs > 0 && member.idleSince + settings.idleTimeoutMs <= now)
        this.#host.dismiss(member, 'idle')
    }
    for (const member of members) if (!member.isBusy && member.isUp) this.#arm(this.#dueOf(member))
  }
}
