// What the words of a pool's chart mean: every guard and every action is one expression.
import { assign, emit, enqueueActions, setup } from 'xstate'
import type { Failure } from '../../errors/failure.ts'
import { drain, type MemberInput, member } from './pool.actors.ts'
import {
  floorOf,
  freeId,
  isDown,
  type MemberFact,
  membersOf,
  type PoolContext,
  type PoolInput,
  roomIn,
} from './pool.context.ts'
import type { PoolEvent, PoolNotice } from './pool.events.ts'
import { poolNowOf, poolWiringOf } from './pool.wiring.ts'

type Stage = MemberFact['stage']

const staged = ({ members }: PoolContext, id: string, stage: Stage): PoolContext['members'] => {
  const known = members[id]
  return known === undefined || known.stage === 'ending' ? members : { ...members, [id]: { ...known, stage } }
}

const without = ({ members }: PoolContext, id: string): PoolContext['members'] =>
  Object.fromEntries(Object.entries(members).filter(([other]) => other !== id))

/** A context with one more, and what its actor needs to know. */
function hired(context: PoolContext, of: MemberInput['of'], absent = context.absent) {
  const role = of === 'listener' ? 'listener' : 'worker'
  const id = freeId(context, role)
  const members = { ...context.members, [id]: { role, stage: 'connecting' } as const }
  return { id, input: { identity: context.identity, id, of }, next: { ...context, absent, members } }
}

/** What nobody else is there for is an outage; it begins with its first failure. */
function outage(context: PoolContext, id: string, failure: Failure): PoolContext {
  const isOutage = context.members[id]?.role === 'worker' && membersOf(context, 'worker', 'up').length === 0
  if (!isOutage) return context
  const downSince = context.failure === undefined ? poolNowOf(context) : context.downSince
  return { ...context, failure, downSince }
}

export const poolSetup = setup({
  types: {
    context: {} as PoolContext,
    input: {} as PoolInput,
    events: {} as PoolEvent,
    emitted: {} as PoolNotice,
  },
  actors: { member, drain },
  guards: {
    isWorker: ({ context }, { id }: { id: string }) => context.members[id]?.role === 'worker',
    isComplete: ({ context }) => membersOf(context, 'worker', 'up').length >= floorOf(context),
    isDeserted: ({ context }) => Object.keys(context.members).length === 0,
    isDown: ({ context }) => isDown(context),
    isUp: ({ context }) => !isDown(context),
    mayGrow: ({ context }) => roomIn(context) > 0,
    maySpare: ({ context }, { id, reason }: { id: string; reason: 'idle' | 'old' }) =>
      context.members[id]?.stage !== 'ending' &&
      (reason === 'old' ||
        membersOf(context, 'worker', 'connecting', 'up', 'down').length > floorOf(context)),
    hasTimeToDrain: (_, { drainMs }: { drainMs: number }) => drainMs > 0,
  },
  actions: {
    // What is remembered.
    noteUp: assign(({ context }, { id }: { id: string }) => ({
      members: staged(context, id, 'up'),
      failure: context.members[id]?.role === 'worker' ? undefined : context.failure,
    })),
    noteDown: assign(({ context }, { id, failure }: { id: string; failure: Failure }) =>
      outage({ ...context, members: staged(context, id, 'down') }, id, failure),
    ),
    noteDead: assign(({ context }, { id, failure }: { id: string; failure: Failure }) =>
      outage({ ...context, members: staged(context, id, 'dead') }, id, failure),
    ),
    forgetFailure: assign({ failure: undefined }),
    noteEnd: assign({ drainMs: (_, { drainMs }: { drainMs: number }) => drainMs }),

    // Who comes and goes.
    hire: enqueueActions(({ context, enqueue }, { of }: { of: MemberInput['of'] }) => {
      const { id, input, next } = hired(context, of, context.absent - (of === 'adopted' ? 1 : 0))
      enqueue.assign(next)
      enqueue.spawnChild('member', { id, input })
    }),
    /** As many as are missing; while nobody is up only one, who finds out for all. */
    refill: enqueueActions(({ context, enqueue }) => {
      let now = context
      for (const dead of membersOf(now, 'listener', 'dead')) {
        now = { ...now, members: staged(now, dead, 'connecting') }
        enqueue.assign(now)
        enqueue.sendTo(dead, { type: 'connect' })
      }
      const present = membersOf(now, 'worker').length
      const missing = floorOf(now) - present
      const few = isDown(now) ? Math.min(missing, present === 0 ? 1 : 0) : missing
      for (let count = 0; count < few; count++) {
        const { id, input, next } = hired(now, 'worker')
        now = next
        enqueue.assign(next)
        enqueue.spawnChild('member', { id, input })
      }
    }),
    /** It is gone from the pool, whatever becomes of it. */
    drop: enqueueActions(({ context, enqueue }, { id }: { id: string }) => {
      if (!(id in context.members)) return
      enqueue.assign({ members: without(context, id) })
      enqueue.stopChild(id)
    }),
    release: enqueueActions(({ context, enqueue }, { id }: { id: string }) => {
      if (!(id in context.members)) return
      enqueue.assign({ members: without(context, id), absent: context.absent + 1 })
      enqueue.stopChild(id)
    }),
    endMember: enqueueActions(({ context, enqueue }, { id }: { id: string }) => {
      enqueue.assign({ members: staged(context, id, 'ending') })
      enqueue.sendTo(id, { type: 'end' })
    }),
    endMembers: enqueueActions(({ context, enqueue }) => {
      const ids = Object.keys(context.members).filter((id) => context.members[id]?.stage !== 'ending')
      const members = ids.reduce(
        (all, id) => staged({ ...context, members: all }, id, 'ending'),
        context.members,
      )
      enqueue.assign({ members })
      for (const id of ids) enqueue.sendTo(id, { type: 'end' })
    }),

    // What is told.
    tellStarted: emit({ type: 'started' }),
    tellStartFailed: emit({ type: 'startFailed' }),
    tellDown: emit(({ context }) => ({
      type: 'down' as const,
      since: context.downSince,
      failure: context.failure as Failure,
    })),
    tellUp: emit({ type: 'up' }),
    tellVacant: emit({ type: 'vacant' }),
    tellClosed: emit({ type: 'closed' }),

    // What is done.
    renewSchedule: ({ context }) => poolWiringOf(context)?.renewSchedule(),
    shut: ({ context }) => poolWiringOf(context)?.shut(),
  },
  delays: {
    restartDelay: ({ context }) => poolWiringOf(context)?.restartDelay() ?? 0,
    drainLimit: ({ context }) => context.drainMs,
  },
})
