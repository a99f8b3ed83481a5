// What a pool's chart needs and must never print: connections, schedules, those who wait. It hangs on the pool's identity,
// as a connection's does.
import { type Clock, systemClock } from '../../backoff/clock.ts'
import type { PoolFact } from './pool.events.ts'

export interface PoolIdentity {
  readonly name: string
}

/** A connection in the pool, for as long as the chart has it. */
export interface MemberHold {
  /** It is dead, and is to try again. */
  connect(): void
  /** It shall end, and say so. */
  end(): void
  /** The chart has it no more: it is ended, unless somebody took it out. */
  leave(): void
}

export interface PoolWiring {
  readonly clock: Clock
  /** Makes a connection and has it connected, or takes the one that is being put in. */
  startMember(id: string, of: 'worker' | 'listener' | 'adopted', tell: (fact: PoolFact) => void): MemberHold
  /** How long to wait before what has died last is replaced. */
  restartDelay(): number
  /** Somebody is up: the next outage begins with a fresh schedule. */
  renewSchedule(): void
  /** Resolves when nobody waits and nobody is busy. */
  drained(): Promise<void>
  /** Refuses those who wait, in the order in which they came. */
  shut(): void
}

const wirings = new WeakMap<PoolIdentity, PoolWiring>()

export function connectPoolWiring(identity: PoolIdentity, wiring: PoolWiring): void {
  wirings.set(identity, wiring)
}

/** Undefined for a machine that runs without a pool: in a model, in a picture. */
export const poolWiringOf = (holder: { readonly identity: PoolIdentity }): PoolWiring | undefined =>
  wirings.get(holder.identity)

export const poolNowOf = (holder: { readonly identity: PoolIdentity }): number =>
  (poolWiringOf(holder)?.clock ?? systemClock).now()
