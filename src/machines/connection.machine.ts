// The life of a connection. connecting and reconnecting make a session; attached holds it, and the one client that it has.
// Whatever ends the session leads out of attached and through dead, where the client is closed, and on by the schedule.
// end leads to closed from everywhere. Here are only names; connection.setup.ts says what they mean.

import { initialContext } from './connection.context.ts'
import { connectionSetup } from './connection.setup.ts'
import { attached } from './states/attached.state.ts'
import { announces, whole } from './states/chart-phrases.ts'
import { closing } from './states/closing.state.ts'
import { connecting } from './states/connecting.state.ts'
import { dead } from './states/dead.state.ts'
import { reconnecting } from './states/reconnecting.state.ts'

export const connectionMachine = connectionSetup.createMachine({
  id: 'connection',
  context: initialContext,
  initial: 'idle',
  states: {
    idle: {
      description: 'never connected',
      entry: announces('idle'),
      on: {
        connect: {
          target: 'connecting',
          actions: { type: 'noteConnect', params: ({ event }) => ({ from: 'idle', until: event.until }) },
        },
        statement: { actions: { type: 'refuse', params: whole } },
        end: { target: 'closed', actions: 'shut' },
      },
    },
    connecting,
    attached,
    dead,
    reconnecting,
    closing,
    closed: {
      description: 'no timer, no socket, no child; connect() starts a new life',
      entry: [announces('closed'), 'tellClosed', 'forgetLife'],
      on: {
        connect: {
          target: 'connecting',
          actions: { type: 'noteConnect', params: ({ event }) => ({ from: 'closed', until: event.until }) },
        },
        statement: { actions: { type: 'refuseClosed', params: whole } },
      },
    },
  },
})

export type ConnectionMachine = typeof connectionMachine
