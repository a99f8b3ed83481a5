// Ended by its owner: with time, what was accepted finishes first; then everything is refused and the client closed.

import { connectionSetup } from '../connection.setup.ts'
import { announces, onSession, sayings, whole } from './chart-phrases.ts'

export const closing = connectionSetup.createStateConfig({
  description: 'ended by its owner',
  entry: announces('closing'),
  initial: 'terminating',
  states: {
    draining: {
      description: 'accepted work and running callbacks may finish',
      invoke: [
        { src: 'session', id: 'session', input: onSession },
        { src: 'drain', id: 'drain', input: onSession },
      ],
      after: { drainLimit: 'terminating' },
      on: {
        ...sayings,
        statement: [
          { guard: { type: 'isOngoing', params: whole }, actions: { type: 'accept', params: whole } },
          { actions: { type: 'refuseClosed', params: whole } },
        ],
        'session.lost': { target: 'terminating', actions: { type: 'tellLost', params: whole } },
        drained: 'terminating',
        end: 'terminating',
      },
    },
    terminating: {
      description: 'refuses the rest in order, closes the client',
      entry: 'shut',
      invoke: { src: 'hangUp', id: 'hangUp', input: onSession },
      on: {
        statement: { actions: { type: 'refuseClosed', params: whole } },
        hungUp: '#connection.closed',
      },
    },
  },
})
