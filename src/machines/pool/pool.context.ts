import type { Failure } from '../../errors/failure.ts'
import type { PoolIdentity } from './pool.wiring.ts'

/** Workers are what requests are given; a listener holds the LISTENs, and is extra. */
export type MemberRole = 'worker' | 'listener'

/** What the chart knows of a member; whether it is idle or busy is followed outside, statement by statement. */
export interface MemberFact {
  readonly role: MemberRole
  readonly stage: 'connecting' | 'up' | 'down' | 'dead' | 'ending'
}

/** What the chart decides on and tells; plain data, no secret. */
export interface PoolContext {
  readonly identity: PoolIdentity
  readonly min: number
  readonly max: number
  /** Taken out by hand and not put back: `min` and `max` are lower by so many. */
  readonly absent: number
  readonly members: Readonly<Record<string, MemberFact>>
  /** The last one, until somebody is up again. */
  readonly failure: Failure | undefined
  /** When the first of them happened. */
  readonly downSince: number
  /** How long end() lets accepted work finish. */
  readonly drainMs: number
}

export interface PoolInput {
  readonly identity: PoolIdentity
  readonly min?: number
  readonly max?: number
}

export const initialPoolContext = ({ input }: { input?: Partial<PoolInput> }): PoolContext => ({
  identity: input?.identity ?? { name: 'pool' },
  min: input?.min ?? 0,
  max: input?.max ?? 10,
  absent: 0,
  members: {},
  failure: undefined,
  downSince: 0,
  drainMs: 0,
})

/** How many there shall be at least. */
export const floorOf = ({ min, absent }: PoolContext): number => Math.max(0, min - absent)

/** How many there may be at most. */
export const ceilingOf = ({ max, absent }: PoolContext): number => Math.max(0, max - absent)

export const membersOf = (
  { members }: PoolContext,
  role: MemberRole,
  ...stages: readonly MemberFact['stage'][]
): string[] =>
  Object.keys(members).filter((id) => {
    const member = members[id] as MemberFact
    return member.role === role && (stages.length === 0 || stages.includes(member.stage))
  })

/** For how many more there is room. While nobody is up there is one, who finds out for all. */
export function roomIn(context: PoolContext): number {
  const present = membersOf(context, 'worker').length
  return (isDown(context) ? Math.min(1, ceilingOf(context)) : ceilingOf(context)) - present
}

/** Nobody is up, and somebody has failed. */
export const isDown = (context: PoolContext): boolean =>
  context.failure !== undefined && membersOf(context, 'worker', 'up').length === 0

/** The lowest number nobody of this role has. */
export function freeId({ members }: PoolContext, role: MemberRole): string {
  let number = 1
  while (`${role} ${number}` in members) number++
  return `${role} ${number}`
}
