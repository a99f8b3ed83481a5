// Those who wait for a member, first come, first served. A linked list: anybody may leave it, and who comes back from a
// member that died under him stands at its head again.
import type { Clock } from '../../backoff/clock.ts'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { Deadline } from '../../machines/deadline.ts'
import type { Loan } from './loan.ts'

export interface Waiter {
  /** Exclusive use, or one statement. */
  readonly kind: 'lease' | 'statement'
  /** When it came. */
  readonly since: number
  /** Waits whatever whileDown says: it is a repetition. */
  readonly isPatient: boolean
  grant(loan: Loan): void
  refuse(error: unknown): void
}

export interface LineHost {
  readonly clock: Clock
  /** Until when it may wait; what it is told then. Infinity = nothing but its own bounds ends it. */
  boundOf(waiter: Waiter): { readonly until: number; readonly error: () => unknown }
}

interface Place {
  readonly waiter: Waiter
  ahead: Place | undefined
  behind: Place | undefined
}

export class WaitingLine {
  readonly #host: LineHost
  readonly #places = new Map<Waiter, Place>()
  #head: Place | undefined
  #tail: Place | undefined
  #deadline: Deadline | undefined

  constructor(host: LineHost) {
    this.#host = host
  }

  get size(): number {
    return this.#places.size
  }

  get head(): Waiter | undefined {
    return this.#head?.waiter
  }

  enter(waiter: Waiter, where: 'head' | 'tail'): void {
    const place: Place = { waiter, ahead: undefined, behind: undefined }
    this.#places.set(waiter, place)
    if (where === 'tail') {
      place.ahead = this.#tail
      if (this.#tail === undefined) this.#head = place
      else this.#tail.behind = place
      this.#tail = place
    } else {
      place.behind = this.#head
      if (this.#head === undefined) this.#tail = place
      else this.#head.ahead = place
      this.#head = place
    }
    // The bounds come in the order of the line, nearly: whoever expires first looks at all.
    if (this.#deadline === undefined) this.watch()
  }

  /** False if it was not there any more. */
  leave(waiter: Waiter): boolean {
    const place = this.#places.get(waiter)
    if (place === undefined) return false
    this.#places.delete(waiter)
    const { ahead, behind } = place
    if (ahead === undefined) this.#head = behind
    else ahead.behind = behind
    if (behind === undefined) this.#tail = ahead
    else behind.ahead = ahead
    if (this.size === 0) this.#stopWatching()
    return true
  }

  /** In the order of the line. */
  refuse(error: () => unknown, whom: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of this.#all()) if (whom(waiter) && this.leave(waiter)) waiter.refuse(error())
  }

  /** What bounds them has changed: looks anew when the first of them has waited long enough. */
  watch(): void {
    this.#stopWatching()
    let soonest = Number.POSITIVE_INFINITY
    for (const waiter of this.#all()) soonest = Math.min(soonest, this.#host.boundOf(waiter).until)
    if (soonest === Number.POSITIVE_INFINITY) return
    const { clock } = this.#host
    const ms = Math.min(Math.max(0, soonest - clock.now()), longestDelayMs)
    this.#deadline = new Deadline(clock, ms, () => this.#expire())
  }

  #expire(): void {
    const now = this.#host.clock.now()
    for (const waiter of this.#all()) {
      const { until, error } = this.#host.boundOf(waiter)
      if (until <= now && this.leave(waiter)) waiter.refuse(error())
    }
    this.watch()
  }

  #all(): Waiter[] {
    const waiters: Waiter[] = []
    for (let place = this.#head; place !== undefined; place = place.behind) waiters.push(place.waiter)
    return waiters
  }

  #stopWatching(): void {
    this.#deadline?.clear()
    this.#deadline = undefined
  }
}
