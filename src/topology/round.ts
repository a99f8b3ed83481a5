// One attempt to connect is a round over the hosts, each tried once, until one takes us in. As libpq does it.
import type { TargetSessionAttrs } from './session-role.ts'
import type { Target } from './target.ts'

export interface Round {
  /** Still to be tried. */
  readonly left: readonly Target[]
  readonly wanted: TargetSessionAttrs
  /** prefer-standby: who has answered and was no standby, for a second pass that takes any. */
  readonly fallback: readonly Target[] | undefined
}

export const beginRound = (targets: readonly Target[], wanted: TargetSessionAttrs): Round =>
  wanted === 'prefer-standby'
    ? { left: targets, wanted: 'standby', fallback: [] }
    : { left: targets, wanted, fallback: undefined }

/** It was tried in vain. */
export function without(round: Round, target: Target, hasAnswered: boolean): Round {
  const left = round.left.filter((each) => each !== target)
  const fallback = hasAnswered && round.fallback !== undefined ? [...round.fallback, target] : round.fallback
  return { ...round, left, fallback }
}

/** What is left to do when the first pass is over; undefined = nothing. */
export const secondPass = ({ fallback = [] }: Round): Round | undefined =>
  fallback.length > 0 ? { left: fallback, wanted: 'any', fallback: undefined } : undefined

/** Among how many what time is left is shared; a second pass needs some, too. */
export const sharesOf = ({ left, fallback }: Round): number =>
  Math.max(left.length, 1) + (fallback === undefined ? 0 : 1)
