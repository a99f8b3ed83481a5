// What the words of the chart mean: every guard and every action is one expression. Judges are plain functions, plugged
// in by option through the wiring or by `.provide({ guards })`.
import { assign, emit, enqueueActions, setup } from 'xstate'
import { longestDelayMs } from '../backoff/longest-delay.ts'
import { defaultDeathChecker } from '../detectors/default-death-checker.ts'
import { defaultHopelessChecker } from '../detectors/default-hopeless-checker.ts'
import type { HostAddress, Notification, ServerNotice } from '../drivers/driver.ts'
import { createFailure, type Failure } from '../errors/failure.ts'
import type { ConnectionContext, ConnectionInput } from './connection.context.ts'
import type { ConnectionEvent, ConnectionState, MachineNotice } from './connection.events.ts'
import type { Occupation } from './mailbox/occupation.ts'
import { dial } from './session/dial.actor.ts'
import { drain, hangUp, resolve, restore, session } from './session/session.actors.ts'
import { nowOf, type Refusal, wiringOf } from './wiring.ts'

/** Node takes a longer wait for 1 ms. */
const timerMs = (ms: number): number => Math.min(ms, longestDelayMs)

/** What the session heard after it, or is about to hear, may be missed. */
const heardUntil = (context: ConnectionContext): number =>
  wiringOf(context)?.berth.wire?.heardUntil ?? nowOf(context)

type Holding<T> = { context: ConnectionContext } & T

const refusal = ({ downSince, attempts, nextAttemptAt, failure }: ConnectionContext): Refusal => ({
  because: 'down',
  since: downSince,
  attempt: attempts,
  nextAttemptAt,
  failure,
})

export const connectionSetup = setup({
  types: {
    context: {} as ConnectionContext,
    input: {} as ConnectionInput,
    events: {} as ConnectionEvent,
    emitted: {} as MachineNotice,
    tags: {} as 'givenUp',
  },
  actors: { dial, resolve, restore, session, hangUp, drain },
  guards: {
    isDead: ({ context }, { failure }: { failure: Failure }) =>
      wiringOf(context)?.isDead(failure) ?? defaultDeathChecker(failure),
    isHopeless: ({ context }, { failure }: { failure: Failure }) =>
      wiringOf(context)?.isHopeless(failure) ?? defaultHopelessChecker(failure),
    mayReconnect: ({ context }, { delayMs }: { delayMs: number | undefined }) =>
      context.isSupervised && delayMs !== undefined,
    mayTryAgain: ({ context }, { failure, delayMs }: { failure: Failure; delayMs: number | undefined }) =>
      delayMs !== undefined && context.triesUntil !== undefined && failure.at + delayMs < context.triesUntil,
    isImmediate: ({ context }) => context.delayMs === 0,
    isRecovery: ({ context }) => context.silentSince !== undefined,
    isInDoubt: ({ context }) => context.silentSince !== undefined && (wiringOf(context)?.isInDoubt ?? false),
    mayWait: ({ context }, { id }: { id: number }) =>
      context.waitsWhileDown ||
      context.retiring !== undefined ||
      (wiringOf(context)?.find(id)?.isPatient ?? false),
    isRetiring: ({ context }) => context.retiring !== undefined,
    isSupervised: ({ context }) => context.isSupervised,
    isQuietAndSupervised: ({ context }) =>
      context.isSupervised && (wiringOf(context)?.mailbox.isQuiet ?? true),
    isOngoing: ({ context }, { id }: { id: number }) =>
      wiringOf(context)?.find(id)?.lane.kind !== 'autocommit',
    hasTimeToDrain: (_, { drainMs }: { drainMs: number }) => drainMs > 0,
    cameFromIdle: ({ context }) => context.cameFrom === 'idle',
    cameFromDead: ({ context }) => context.cameFrom === 'dead',
    isNow: (_, { is, occupation }: { is: Occupation; occupation: Occupation }) => is === occupation,
  },
  actions: {
    // What is remembered.
    noteConnect: assign(
      (_, { from, until }: { from: 'idle' | 'dead' | 'closed'; until: number | undefined }) => ({
        cameFrom: from,
        triesUntil: until,
        attempts: 0,
        delayMs: 0,
        retiring: undefined,
      }),
    ),
    noteDown: assign({ downSince: ({ context }) => nowOf(context) }),
    noteLoss: assign(({ context }, { failure, silentSince }: { failure: Failure; silentSince?: number }) => ({
      failure,
      silentSince: silentSince ?? heardUntil(context),
      downSince: failure.at,
      attempts: 0,
      triesUntil: undefined,
      retiring: undefined,
      session: undefined,
    })),
    noteRetiring: assign({ retiring: (_, { reason }: { reason: string }) => reason }),
    noteRetirement: assign(({ context }) => ({
      failure: createFailure({
        kind: 'monitor',
        phase: 'idle',
        at: nowOf(context),
        message: `retired: ${context.retiring}`,
      }),
      silentSince: heardUntil(context),
      downSince: nowOf(context),
      attempts: 0,
      session: undefined,
    })),
    noteFailure: assign(
      ({ context }, { failure, delayMs }: { failure: Failure; delayMs: number | undefined }) => ({
        failure,
        delayMs,
        attempts: context.attempts + 1,
        retiring: undefined,
      }),
    ),
    noteDelay: assign((_, { delayMs }: { delayMs: number | undefined }) => ({ delayMs })),
    noteNextAttempt: assign({ nextAttemptAt: ({ context }) => nowOf(context) + (context.delayMs ?? 0) }),
    noteAttempt: assign({ nextAttemptAt: undefined }),
    noteSession: assign(({ context }, { processId, host }: { processId: number; host: HostAddress }) => ({
      session: { processId, host },
      attempts: context.attempts + 1,
    })),
    noteHealth: assign({
      failure: undefined,
      silentSince: undefined,
      retiring: undefined,
      attempts: 0,
      delayMs: undefined,
      triesUntil: undefined,
    }),
    noteEnd: assign({ drainMs: (_, { drainMs }: { drainMs: number }) => drainMs }),
    forgetLife: assign({
      failure: undefined,
      silentSince: undefined,
      retiring: undefined,
      attempts: 0,
      session: undefined,
    }),

    // What is told.
    /** Says the public word of a state when it has changed, and remembers it. */
    announce: enqueueActions(({ context, enqueue }, { to }: { to: ConnectionState }) => {
      if (context.word === to) return
      enqueue.emit({ type: 'state', from: context.word, to, at: nowOf(context) })
      enqueue.assign({ word: to })
    }),
    tellConnected: emit(({ context }) => ({
      type: 'connected' as const,
      processId: context.session?.processId ?? 0,
      host: context.session?.host ?? { host: '', port: 0 },
      attempt: context.attempts,
      recovered: context.silentSince !== undefined,
    })),
    tellLost: emit(({ context }: Holding<object>, { failure }: { failure: Failure }) => ({
      type: 'lost' as const,
      failure,
      ...(wiringOf(context)?.counts() ?? { inFlight: 0, queued: 0 }),
    })),
    tellReconnecting: emit(({ context }) => ({
      type: 'reconnecting' as const,
      attempt: context.attempts + 1,
      delayMs: context.delayMs ?? 0,
      failure: context.failure as Failure,
    })),
    tellAttemptFailed: emit(({ context }, { failure }: { failure: Failure }) => ({
      type: 'attemptFailed' as const,
      failure,
      attempts: context.attempts,
    })),
    tellDead: emit(({ context }) => ({
      type: 'dead' as const,
      failure: context.failure as Failure,
      attempts: context.attempts,
    })),
    /** Nothing new, so no public notice; but whoever waits for a session waits in vain. */
    tellWithdrawn: emit(({ context }) => ({
      type: 'withdrawn' as const,
      failure: context.failure as Failure,
      attempts: context.attempts,
    })),
    tellClosed: emit({ type: 'closed' }),
    tellGap: enqueueActions(({ context, enqueue }, { channels, to }: { channels: string[]; to: number }) => {
      if (channels.length === 0) return
      enqueue.emit({ type: 'gap', channels, from: context.silentSince ?? to, to, reason: 'lost' })
      // What a session misses that is lost while it is restored begins where this one ends.
      enqueue.assign({ silentSince: to })
    }),
    tellNotification: emit((_, { notification }: { notification: Notification }) => ({
      type: 'notification' as const,
      ...notification,
    })),
    tellNotice: emit((_, { notice }: { notice: ServerNotice }) => ({ type: 'notice' as const, notice })),

    // What is done.
    renewSchedule: ({ context }) => wiringOf(context)?.renewSchedule(),
    openGate: ({ context }) => wiringOf(context)?.openGate(),
    accept: ({ context }, { id }: { id: number }) => wiringOf(context)?.accept(id),
    hold: ({ context }, { id }: { id: number }) => wiringOf(context)?.hold(id),
    refuse: ({ context }, { id }: { id: number }) => wiringOf(context)?.refuse(id, refusal(context)),
    refuseClosed: ({ context }, { id }: { id: number }) =>
      wiringOf(context)?.refuse(id, { because: 'closed' }),
    settleLost: ({ context }) =>
      wiringOf(context)?.lose(
        context.failure as Failure,
        context.waitsWhileDown || context.retiring !== undefined,
        refusal(context),
      ),
    refuseUnlessWaiting: ({ context }) => {
      if (!context.waitsWhileDown) wiringOf(context)?.refuseWaiting(refusal(context), false)
    },
    refuseWaiting: ({ context }) => wiringOf(context)?.refuseWaiting(refusal(context), true),
    shut: ({ context }) => wiringOf(context)?.shut(),
  },
  delays: {
    delay: ({ context }) => timerMs(context.delayMs ?? 0),
    drainLimit: ({ context }) => timerMs(context.drainMs),
  },
})
