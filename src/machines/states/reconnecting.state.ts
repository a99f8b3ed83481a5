// Makes the next session by the schedule, without being asked.

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

const note = [
  { type: 'noteFailure', params: whole },
  { type: 'tellAttemptFailed', params: whole },
] as const

const goesOn = {
  guard: { type: 'mayReconnect', params: whole },
  target: 'waiting',
  actions: [...note, 'refuseUnlessWaiting'],
} as const

const givesUp = { target: '#connection.dead.settled', actions: note } as const

export const reconnecting = connectionSetup.createStateConfig({
  description: 'makes the next session by the schedule',
  entry: announces('reconnecting'),
  initial: 'waiting',
  on: {
    statement: [...statementWhileDown],
    end: '#connection.closing.terminating',
  },
  states: {
    waiting: {
      description: "the schedule's delay; connect() skips it",
      entry: ['noteNextAttempt', 'tellReconnecting'],
      exit: 'noteAttempt',
      always: { guard: 'isImmediate', target: 'dialing' },
      after: { delay: 'dialing' },
      on: { connect: 'dialing' },
    },
    dialing: {
      description: 'one attempt under one deadline',
      invoke: { src: 'dial', id: 'dial', input: onSession },
      on: {
        'dial.opened': [
          { guard: 'isInDoubt', target: 'resolving', actions: [...recovered] },
          { target: 'restoring', actions: [...recovered] },
        ],
        'dial.failed': [{ ...givesUp, guard: { type: 'isHopeless', params: whole } }, goesOn, givesUp],
      },
    },
    resolving: {
      description: 'a COMMIT in doubt is being asked about',
      invoke: { src: 'resolve', id: 'resolve', input: onSession },
      on: {
        ...seldomSayings,
        resolved: 'restoring',
        'dial.failed': [goesOn, byTheModelAlone(givesUp)],
      },
    },
    restoring: {
      description: 'recovery handlers',
      invoke: { src: 'restore', id: 'restore', input: onSession },
      on: { ...sayings, restored: '#connection.attached', 'dial.failed': [goesOn, givesUp] },
    },
  },
})
