// A connection as an application knows it, and the world around it as an operator does. No timers, no children: whatever
// happens by itself in the real thing belongs to the event that set it off.
import { not, or, setup, stateIn } from 'xstate'

type Asked =
  | 'listen in vain'
  | 'query'
  | 'wrong query'
  | 'slow query, aborted'
  | 'notify'
  | 'listen'
  | 'connect'
  | 'end'
type OfTransaction = 'begin' | 'commit' | 'roll back' | 'abort' | 'commit, answer lost'
type Befalling =
  | 'backend killed'
  | 'backend killed at work'
  | 'server stopped'
  | 'server started'
  | 'network cut'
  | 'network frozen'
  | 'network healed'
  | 'everything mended'

export interface ApplicationEvent {
  readonly type: Asked | OfTransaction | Befalling
}

/** An answer is all that happens. */
const stays = { actions: 'answer' } as const

const outage = {
  'server stopped': '#application.connection.down.stopped',
  'network cut': '#application.connection.down.cut',
  'network frozen': '#application.connection.down.frozen',
} as const

/** Where there is no session and none in the making. */
const refused = { query: stays, 'listen in vain': stays }

export const applicationMachine = setup({
  types: { events: {} as ApplicationEvent },
  actions: { answer: () => undefined },
  guards: {
    isAccepted: not(
      or(['closed', 'ended', 'givenUp', 'mended'].map((connection) => stateIn({ connection }))),
    ),
  },
}).createMachine({
  id: 'application',
  type: 'parallel',
  states: {
    connection: {
      initial: 'connected',
      states: {
        connected: {
          on: {
            ...outage,
            query: stays,
            connect: stays,
            'wrong query': stays,
            'slow query, aborted': stays,
            notify: stays,
            begin: 'inTransaction',
            'backend killed': stays,
            'backend killed at work': stays,
            end: 'closed',
          },
        },
        inTransaction: {
          on: {
            ...outage,
            query: stays,
            'wrong query': 'failed',
            notify: stays,
            commit: 'connected',
            'commit, answer lost': 'connected',
            'roll back': 'connected',
            abort: 'connected',
            'backend killed': 'connected',
            'backend killed at work': 'connected',
            end: 'closed',
          },
        },
        /** The server takes nothing but a rollback. */
        failed: {
          on: {
            query: stays,
            commit: 'connected',
            'roll back': 'connected',
            'backend killed': 'connected',
            'server stopped': '#application.connection.down.stopped',
            end: 'closed',
          },
        },
        /** There is no session, and the schedule goes on. */
        down: {
          on: { query: stays, begin: stays, notify: stays, connect: stays, end: 'ended' },
          initial: 'stopped',
          states: {
            stopped: { on: { 'server started': '#application.connection.connected' } },
            cut: { on: { 'network healed': '#application.connection.connected' } },
            frozen: { on: { 'network healed': '#application.connection.connected' } },
          },
        },
        closed: { on: { ...refused, begin: stays, end: stays, connect: 'connected' } },
        /** Closed, and what was broken is broken still. */
        ended: { on: { ...refused, connect: 'givenUp', 'everything mended': 'closed' } },
        /** connect() failed; nothing goes on by itself. */
        givenUp: { on: { ...refused, end: 'ended', connect: stays, 'everything mended': 'mended' } },
        mended: { on: { ...refused, connect: 'connected', end: 'closed' } },
      },
    },
    subscription: {
      initial: 'none',
      states: {
        none: { on: { listen: { guard: 'isAccepted', target: 'standing' } } },
        standing: { on: { end: 'none' } },
      },
    },
  },
})
