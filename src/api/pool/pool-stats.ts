import type { Member } from './member.ts'

/** What a pool is doing, as numbers. */
export interface PoolStats {
  /** Connections in it; the one for listening is not counted. */
  readonly size: number
  readonly idle: number
  readonly busy: number
  /** Requests that wait for a connection. */
  readonly waiting: number
  /** Connections that were up and are down. */
  readonly dead: number
  /** Requests that were given a connection, so far. */
  readonly acquired: number
  /** How long they waited for it, all together, in milliseconds. */
  readonly waitMsTotal: number
}

export function statsOf(pool: {
  readonly members: readonly Member[]
  readonly lending: { readonly waiting: number; readonly acquired: number; readonly waitMsTotal: number }
}): PoolStats {
  const { members, lending } = pool
  const count = (holds: (member: Member) => boolean): number => members.filter(holds).length
  return {
    size: members.length,
    idle: count(({ isUp, isBusy }) => isUp && !isBusy),
    busy: count(({ isBusy }) => isBusy),
    waiting: lending.waiting,
    dead: count(({ isUp, wasAdded }) => !isUp && wasAdded),
    acquired: lending.acquired,
    waitMsTotal: lending.waitMsTotal,
  }
}
