// connect() was asked for. One attempt, or with a deadline as many as fit; it fails into dead, and an abort leads back.
import type { Failure } from '../../errors/failure.ts'
import { connectionSetup } from '../connection.setup.ts'
import {
  announces,
  byTheModelAlone,
  onSession,
  recovered,
  sayings,
  seldomSayings,
  statementWhileDown,
  whole,
} from './chart-phrases.ts'

const note = { type: 'noteFailure', params: whole } as const

const noteExpiry = {
  type: 'noteFailure',
  params: ({ event }: { event: { failure: Failure } }) => ({ failure: event.failure, delayMs: undefined }),
} as const

const failed = [
  { guard: { type: 'isHopeless', params: whole }, target: '#connection.dead.settled', actions: note },
  { guard: { type: 'mayTryAgain', params: whole }, target: 'waiting', actions: note },
  { target: '#connection.dead.settled', actions: note },
] as const

/** There is a session already, which somebody has to close; a recovery came from dead, and goes back there. */
const leavingSession = {
  'dial.failed': [...failed],
  'connect.abort': '#connection.dead.withdrawing',
  'connect.expire': { target: '#connection.dead.dismissing', actions: noteExpiry },
} as const

export const connecting = connectionSetup.createStateConfig({
  description: 'connect() was asked for: one attempt, or several until its deadline',
  entry: [announces('connecting'), 'noteDown', 'renewSchedule'],
  initial: 'dialing',
  on: {
    statement: [...statementWhileDown],
    'connect.abort': [
      { guard: 'cameFromIdle', target: 'idle', actions: 'refuseWaiting' },
      { guard: 'cameFromDead', target: '#connection.dead.asBefore' },
      { target: 'closed', actions: 'shut' },
    ],
    'connect.expire': { target: '#connection.dead.settled', actions: noteExpiry },
    end: '#connection.closing.terminating',
  },
  states: {
    dialing: {
      description: 'one attempt under one deadline',
      invoke: { src: 'dial', id: 'dial', input: onSession },
      on: {
        'dial.opened': [
          { guard: 'isInDoubt', target: 'resolving', actions: [...recovered] },
          { guard: 'isRecovery', target: 'restoring', actions: [...recovered] },
          { target: '#connection.attached', actions: { type: 'noteSession', params: whole } },
        ],
        'dial.failed': [...failed],
      },
    },
    waiting: {
      description: "the schedule's delay",
      entry: 'noteNextAttempt',
      exit: 'noteAttempt',
      after: { delay: 'dialing' },
    },
    resolving: {
      description: 'a COMMIT in doubt, lost with the session before, is being asked about',
      invoke: { src: 'resolve', id: 'resolve', input: onSession },
      on: {
        ...seldomSayings,
        'dial.failed': failed.map(byTheModelAlone),
        'connect.abort': byTheModelAlone({ target: '#connection.dead.withdrawing' }),
        'connect.expire': byTheModelAlone(leavingSession['connect.expire']),
        resolved: 'restoring',
      },
    },
    restoring: {
      description: 'recovery handlers, where a session was lost before',
      invoke: { src: 'restore', id: 'restore', input: onSession },
      on: {
        ...sayings,
        ...leavingSession,
        restored: '#connection.attached',
      },
    },
  },
})
