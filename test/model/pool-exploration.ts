// Walks the chart of a pool through everything that can be said to it, without starting an actor.
import { type SnapshotFrom, transition } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { createFailure } from '../../src/errors/failure.ts'
import type { PoolEvent, PoolNotice } from '../../src/machines/pool/pool.events.ts'
import { poolMachine } from '../../src/machines/pool/pool.machine.ts'
import { connectPoolWiring, type PoolIdentity, type PoolWiring } from '../../src/machines/pool/pool.wiring.ts'

export interface PoolVariant {
  readonly min: number
  readonly max: number
  /** Whether listeners, and what is put in and taken out by hand, come up too: they multiply whatever there is. */
  readonly isHandled: boolean
}

export type PoolSnapshot = SnapshotFrom<typeof poolMachine>
export type AnyPoolEvent = PoolEvent | { readonly type: `xstate.after.${string}` }

export interface PoolEdge {
  readonly variant: PoolVariant
  readonly from: string
  readonly to: string
  /** 'running.open.complete' */
  readonly source: string
  readonly target: string
  readonly event: AnyPoolEvent
  readonly before: PoolSnapshot
  readonly after: PoolSnapshot
  /** The names of the chart's own actions, in order. */
  readonly actions: readonly string[]
  readonly emitted: readonly PoolNotice[]
  /** Members that were made, told to go, and dropped. */
  readonly spawned: readonly string[]
  readonly commands: readonly { readonly to: string; readonly type: string }[]
  readonly stopped: readonly string[]
}

/** Kept small, grown from nothing, and of one size. */
export const poolVariants: readonly PoolVariant[] = [
  { min: 0, max: 1, isHandled: false },
  { min: 1, max: 1, isHandled: true },
  { min: 1, max: 2, isHandled: false },
]

const failure = createFailure({
  kind: 'network',
  code: 'ECONNREFUSED',
  phase: 'connecting',
  message: 'refused',
  at: 1,
})
const timers = ['restartDelay.pool.running.staff.short', 'drainLimit.pool.closing.draining'].map(
  (name) => ({ type: `xstate.after.${name}` }) as const,
)

/** What members tell is told of those that there are; late words of others do not reach a chart that has stopped them. */
function eventsAt({ isHandled }: PoolVariant, { context }: PoolSnapshot): AnyPoolEvent[] {
  const told = Object.keys(context.members).flatMap((id): AnyPoolEvent[] => [
    { type: 'member.up', id },
    { type: 'member.down', id, failure },
    { type: 'member.dead', id, failure },
    { type: 'member.ended', id },
    { type: 'dismiss', id, reason: 'idle' },
    { type: 'dismiss', id, reason: 'old' },
  ])
  const ofWorkers = Object.keys(context.members).filter((id) => context.members[id]!.role === 'worker')
  const ofListeners = Object.keys(context.members).filter((id) => context.members[id]!.role === 'listener')
  const byHand: AnyPoolEvent[] = [
    // One out or in by hand, and one listener, are as good as many.
    ...ofWorkers.flatMap((id) => (context.absent < 1 ? [{ type: 'release', id } as const] : [])),
    ...(context.absent > -1 ? [{ type: 'adopt' } as const] : []),
    ...ofListeners.map((id) => ({ type: 'unlisten', id }) as const),
    ...(ofListeners.length === 0 ? [{ type: 'listen' } as const] : []),
  ]
  return [
    ...told,
    ...(isHandled ? byHand : []),
    { type: 'start' },
    { type: 'start.abort' },
    { type: 'demand' },
    { type: 'end', drainMs: 0 },
    { type: 'end', drainMs: 100 },
    { type: 'drained' },
    ...timers,
  ]
}

function situationOf({ value, context }: PoolSnapshot): string {
  const { members, absent, failure: last } = context
  const known = Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ value, members: known, absent, hasFailed: last !== undefined })
}

const path = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([outer, inner]) =>
          outer === 'service' || outer === 'staff' ? path(inner) : `${outer}.${path(inner)}`,
        )
        .join('.')
    : String(value)

type Step = Pick<PoolEdge, 'after' | 'actions' | 'emitted' | 'spawned' | 'commands' | 'stopped'>

function step(before: PoolSnapshot, event: AnyPoolEvent): Step {
  const [after, executable] = transition(poolMachine, before, event as never)
  const calls = executable as readonly { type: string; params: unknown }[]
  const paramsOf = <P>(type: string) =>
    calls.filter((call) => call.type === type).map(({ params }) => params as P)
  const idOf = (ref: unknown): string => (typeof ref === 'string' ? ref : (ref as { id: string }).id)
  return {
    after,
    actions: calls.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
    emitted: paramsOf<{ event: PoolNotice }>('xstate.emit').map((params) => params.event),
    spawned: paramsOf<{ id: string }>('xstate.spawnChild').map(({ id }) => id),
    commands: paramsOf<{ to?: unknown; targetId?: string; event: { type: string } }>('xstate.sendTo').map(
      ({ to, targetId, event: sent }) => ({ to: targetId ?? idOf(to), type: sent.type }),
    ),
    stopped: paramsOf<unknown>('xstate.stopChild').map((ref) =>
      idOf((ref as { actorRef?: unknown }).actorRef ?? ref),
    ),
  }
}

export function explorePool(variant: PoolVariant): PoolEdge[] {
  const edges: (Step & Pick<PoolEdge, 'before' | 'event'>)[] = []
  const logic: typeof poolMachine = Object.assign(Object.create(poolMachine) as typeof poolMachine, {
    transition: (before: PoolSnapshot, event: AnyPoolEvent) => {
      const taken = step(before, event)
      edges.push({ before, event, ...taken })
      return taken.after
    },
  })
  const identity: PoolIdentity = { name: 'explored' }
  connectPoolWiring(identity, { clock: { now: () => 1 }, restartDelay: () => 100 } as unknown as PoolWiring)
  getAdjacencyMap(logic as never, {
    input: { identity, ...variant },
    events: ((at: PoolSnapshot) => eventsAt(variant, at)) as never,
    serializeState: situationOf as never,
    limit: 1_000_000,
  })
  return edges.map((edge) => ({
    ...edge,
    variant,
    from: situationOf(edge.before),
    to: situationOf(edge.after),
    source: path(edge.before.value),
    target: path(edge.after.value),
  }))
}
