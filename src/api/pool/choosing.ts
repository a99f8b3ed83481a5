// Which member is asked. Pure: a table of what they are doing, and a moment.

/** What is looked at of a member. */
export interface Candidate {
  /** There is a session, and it may be used. */
  readonly isUp: boolean
  /** Somebody has it for himself, or it is about to leave. */
  readonly isTaken: boolean
  /** Statements handed to it and not settled. */
  readonly pending: number
  /** When the oldest of them was handed to it. */
  readonly oldestAt: number
}

/** A member whose oldest statement is older is not given another: it may be a slow one, and answers come in order. */
export const patienceMs = 50

/** For exclusive use, and for whoever can have it: the first that is idle, so that the last ones stay so and can go. */
export function chooseIdle<C extends Candidate>(members: Iterable<C>): C | undefined {
  for (const member of members) if (member.isUp && !member.isTaken && member.pending === 0) return member
  return undefined
}

/** For one statement: an idle member, else the least pending one whose oldest statement is young. */
export function chooseAny<C extends Candidate>(members: Iterable<C>, now: number): C | undefined {
  let best: C | undefined
  for (const member of members) {
    if (!member.isUp || member.isTaken) continue
    const { pending } = member
    if (pending === 0) return member
    if (now - member.oldestAt >= patienceMs) continue
    if (best === undefined || pending < best.pending) best = member
  }
  return best
}
