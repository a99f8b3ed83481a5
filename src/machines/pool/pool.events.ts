// The vocabulary of a pool's chart. All plain data, for inspectors print it.
import type { Failure } from '../../errors/failure.ts'

/** Asked from above. */
export type PoolRequest =
  /** All of `min`, or none. */
  | { readonly type: 'start' }
  /** Its caller waits no longer. */
  | { readonly type: 'start.abort' }
  /** A request found no member idle. */
  | { readonly type: 'demand' }
  /** The first subscription. */
  | { readonly type: 'listen' }
  /** The last subscription is gone. */
  | { readonly type: 'unlisten'; readonly id: string }
  /** 'idle': only while more than `min` are there. 'old': whatever there is, another takes its place. */
  | { readonly type: 'dismiss'; readonly id: string; readonly reason: 'idle' | 'old' }
  /** A connection of the user's is put in. */
  | { readonly type: 'adopt' }
  /** A member is taken out, and lives on. */
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'end'; readonly drainMs: number }

/** Told by the members. */
export type PoolFact =
  | { readonly type: 'member.up'; readonly id: string }
  /** Its session is lost; it makes the next one itself. */
  | { readonly type: 'member.down'; readonly id: string; readonly failure: Failure }
  /** Given up, or never came about. */
  | { readonly type: 'member.dead'; readonly id: string; readonly failure: Failure }
  /** Nothing of it is left. */
  | { readonly type: 'member.ended'; readonly id: string }
  | { readonly type: 'drained' }

export type PoolEvent = PoolRequest | PoolFact

/** What the machine emits. */
export type PoolNotice =
  | { readonly type: 'started' }
  /** Nothing was left open. */
  | { readonly type: 'startFailed' }
  /** Nobody is left who could be asked. */
  | { readonly type: 'down'; readonly since: number; readonly failure: Failure }
  | { readonly type: 'up' }
  /** There may be room for one more: whoever waits may ask again. */
  | { readonly type: 'vacant' }
  | { readonly type: 'closed' }
