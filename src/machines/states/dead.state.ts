// The session is lost. Every loss passes through here: what was in flight is settled, the old client is closed, and only
// then is the guard asked whether there is to be another.

import type { FailureKind } from '../../errors/failure.ts'
import type { ConnectionContext } from '../connection.context.ts'
import { connectionSetup } from '../connection.setup.ts'
import type { Manner } from '../session/close-wire.ts'
import { announces, givenUp, onSession, statementWhileDown, whole } from './chart-phrases.ts'

/** A server that spoke last still hears a goodbye; one that was silent, or talked nonsense, is cut off. */
const mannerAfter = ({ failure, retiring }: ConnectionContext): Manner =>
  retiring === undefined && failure !== undefined && silent.has(failure.kind) ? 'cut' : 'goodbye'

const silent: ReadonlySet<FailureKind> = new Set(['timeout', 'protocol', 'network', 'monitor'])

export const dead = connectionSetup.createStateConfig({
  description: 'the session is lost',
  entry: announces('dead'),
  initial: 'burying',
  on: {
    connect: {
      target: 'connecting',
      actions: { type: 'noteConnect', params: ({ event }) => ({ from: 'dead', until: event.until }) },
    },
    end: '#connection.closing.terminating',
  },
  states: {
    burying: {
      description: 'settles what was in flight, closes the old client',
      entry: ['settleLost', 'renewSchedule'],
      invoke: {
        src: 'hangUp',
        id: 'hangUp',
        input: ({ context }) => ({ ...onSession({ context }), manner: mannerAfter(context) }),
      },
      on: {
        statement: [...statementWhileDown],
        hungUp: [
          {
            guard: { type: 'mayReconnect', params: whole },
            target: '#connection.reconnecting',
            actions: { type: 'noteDelay', params: whole },
          },
          { target: 'settled' },
        ],
      },
    },
    dismissing: {
      description: 'closes a session that connect() no longer waits for',
      entry: 'settleLost',
      invoke: { src: 'hangUp', id: 'hangUp', input: onSession },
      on: { statement: { actions: { type: 'refuse', params: whole } }, hungUp: 'settled' },
    },
    withdrawing: {
      description: 'closes the session of a connect() that was aborted',
      entry: 'settleLost',
      invoke: { src: 'hangUp', id: 'hangUp', input: onSession },
      on: { statement: { actions: { type: 'refuse', params: whole } }, hungUp: 'asBefore' },
    },
    settled: {
      description: 'given up, or supervision is off',
      tags: givenUp,
      entry: ['tellDead', 'refuseWaiting'],
      on: { statement: { actions: { type: 'refuse', params: whole } } },
    },
    asBefore: {
      description: 'given up before connect() was asked for, and aborted: told already',
      tags: givenUp,
      entry: ['tellWithdrawn', 'refuseWaiting'],
      on: { statement: { actions: { type: 'refuse', params: whole } } },
    },
  },
})
