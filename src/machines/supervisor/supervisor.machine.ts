// The life of a resource under supervision: alive, until a failure is found deadly. Then it is closed, connected again by
// the schedule, handed to the recovery handlers, and alive again; or given up. stop leads to stopped from everywhere.
import { assign, emit, setup } from 'xstate'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import type { Failure } from '../../errors/failure.ts'
import { whole } from '../states/chart-phrases.ts'
import type { Supervised } from './supervised.ts'
import { actorsFor } from './supervisor.actors.ts'
import type { SupervisorContext, SupervisorEvent, SupervisorNotice } from './supervisor.events.ts'

const whenLost = [
  { type: 'noteLoss', params: whole },
  { type: 'tellLost', params: whole },
] as const

const whenFailed = { type: 'noteFailure', params: whole } as const

/** The names, and what they mean for this resource. */
const supervisorSetup = (supervised: Supervised) =>
  setup({
    types: {
      context: {} as SupervisorContext,
      events: {} as SupervisorEvent,
      emitted: {} as SupervisorNotice,
    },
    actors: actorsFor(supervised),
    guards: {
      isDead: (_, { failure }: { failure: Failure }) => supervised.isDead(failure),
      isHopeless: (_, { failure }: { failure: Failure }) => supervised.isHopeless(failure),
      isWorthATry: (_, { delayMs }: { delayMs?: number | undefined }) => delayMs !== undefined,
      /** Only the first: a schedule without delays must let others have a turn. */
      isImmediate: ({ context }) => context.delayMs === 0 && context.attempts === 0,
    },
    actions: {
      noteLoss: assign(({ context }, { failure }: { failure: Failure }) => ({
        failure,
        since: failure.at,
        attempts: 0,
        life: context.life + 1,
      })),
      noteFailure: assign(({ context }, { failure }: { failure: Failure }) => ({
        failure,
        attempts: context.attempts + 1,
        life: context.life + 1,
      })),
      noteSuccess: assign({ attempts: ({ context }) => context.attempts + 1 }),
      /** The attempt was counted when it succeeded. */
      noteRelapse: assign(({ context }, { failure }: { failure: Failure }) => ({
        failure,
        life: context.life + 1,
      })),
      noteNewOutage: assign({ attempts: 0 }),
      noteDelay: assign((_, { delayMs }: { delayMs?: number | undefined }) => ({ delayMs })),
      noteNextAttempt: assign({
        nextAttemptAt: ({ context }) => supervised.clock.now() + (context.delayMs ?? 0),
      }),
      noteAttempt: assign({ nextAttemptAt: undefined }),
      noteHealth: assign({ failure: undefined, delayMs: undefined }),
      tellLost: emit((_, { failure }: { failure: Failure }) => ({ type: 'lost' as const, failure })),
      tellReconnecting: emit(({ context }) => ({
        type: 'reconnecting' as const,
        attempt: context.attempts + 1,
        delayMs: context.delayMs ?? 0,
      })),
      tellRecovered: emit(({ context }) => ({ type: 'recovered' as const, attempts: context.attempts })),
      tellDead: emit(({ context }) => ({ type: 'dead' as const, failure: context.failure as Failure })),
      renewSchedule: () => supervised.renewSchedule(),
    },
    delays: { delay: ({ context }) => Math.min(context.delayMs ?? 0, longestDelayMs) },
  })

export const initialSupervisorContext: SupervisorContext = {
  failure: undefined,
  since: 0,
  attempts: 0,
  delayMs: undefined,
  nextAttemptAt: undefined,
  life: 0,
}

/** The chart of one resource: there are few, so each may have its own. */
export const supervisorMachine = (supervised: Supervised) =>
  supervisorSetup(supervised).createMachine({
    id: 'supervisor',
    context: initialSupervisorContext,
    initial: 'alive',
    states: {
      alive: {
        description: 'as far as anybody has told; its owner connects it the first time',
        on: {
          report: {
            guard: { type: 'isDead', params: whole },
            target: 'recovering',
            actions: [...whenLost, 'renewSchedule'],
          },
          stop: 'stopped',
        },
      },
      recovering: {
        initial: 'burying',
        on: { stop: 'stopping' },
        states: {
          burying: {
            description: 'closes what is left of it, then asks the schedule',
            invoke: { src: 'bury' },
            on: {
              closed: [
                {
                  guard: { type: 'isWorthATry', params: whole },
                  target: 'waiting',
                  actions: { type: 'noteDelay', params: whole },
                },
                { target: '#supervisor.givenUp' },
              ],
            },
          },
          waiting: {
            description: "the schedule's delay",
            entry: ['noteNextAttempt', 'tellReconnecting'],
            exit: 'noteAttempt',
            always: { guard: 'isImmediate', target: 'attempting' },
            after: { delay: 'attempting' },
          },
          attempting: {
            description: 'one connect(), under a deadline',
            invoke: { src: 'attempt' },
            on: {
              'attempt.opened': { target: 'restoring', actions: 'noteSuccess' },
              'attempt.failed': [
                { guard: { type: 'isHopeless', params: whole }, target: 'dismissing', actions: whenFailed },
                { target: 'burying', actions: whenFailed },
              ],
            },
          },
          restoring: {
            description: 'recovery handlers; run() is for them alone',
            invoke: { src: 'restore' },
            on: {
              restored: { target: '#supervisor.alive', actions: ['tellRecovered', 'noteHealth'] },
              report: {
                guard: { type: 'isDead', params: whole },
                target: 'burying',
                actions: { type: 'noteRelapse', params: whole },
              },
            },
          },
          dismissing: {
            description: 'closes what a hopeless attempt has left',
            invoke: { src: 'close' },
            on: { closed: '#supervisor.givenUp' },
          },
        },
      },
      givenUp: {
        description: 'the schedule is exhausted, or the failure hopeless; recover() begins anew',
        entry: 'tellDead',
        on: {
          recover: { target: 'recovering', actions: ['noteNewOutage', 'renewSchedule'] },
          stop: 'stopped',
        },
      },
      stopping: {
        description: 'closes what a recovery has begun',
        invoke: { src: 'close' },
        on: { closed: 'stopped' },
      },
      stopped: { type: 'final', description: 'nothing comes back' },
    },
  })

export type SupervisorMachine = ReturnType<typeof supervisorMachine>
