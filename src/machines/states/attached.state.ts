// Holds the session. The substates follow the mailbox a loop turn behind, and decide nothing: who may write is the
// mailbox's business, and a busy connection costs the chart nothing.

import { connectionSetup } from '../connection.setup.ts'
import { announces, is, onSession, sayings, whole } from './chart-phrases.ts'

const accept = { type: 'accept', params: whole } as const

export const attached = connectionSetup.createStateConfig({
  description: 'holds the session, and the one pg client that it has',
  entry: [announces('connected'), 'tellConnected', 'noteHealth', 'openGate'],
  initial: 'connected',
  invoke: {
    src: 'session',
    id: 'session',
    input: ({ context }) => ({ ...onSession({ context }), isWatched: true }),
  },
  on: {
    ...sayings,
    statement: { actions: accept },
    became: [
      { guard: is('connected'), target: '.connected' },
      { guard: is('querying'), target: '.querying' },
      { guard: is('inTransaction.waiting'), target: '.inTransaction.waiting' },
      { guard: is('inTransaction.querying'), target: '.inTransaction.querying' },
      { guard: is('inTransaction.failed'), target: '.inTransaction.failed' },
      { guard: is('inTransaction.committing'), target: '.inTransaction.committing' },
      { target: '.inTransaction.rollingBack' },
    ],
    'session.lost': {
      target: 'dead',
      actions: [
        { type: 'tellLost', params: whole },
        { type: 'noteLoss', params: whole },
      ],
    },
    // A failure that is not deadly matches nothing, on purpose: its statement was told, and the session lives on.
    judge: {
      guard: { type: 'isDead', params: whole },
      target: 'dead',
      actions: [
        { type: 'tellLost', params: whole },
        {
          type: 'noteLoss',
          params: ({ event }) => ({ failure: event.failure }),
        },
      ],
    },
    // Unsupervised there would be no session after this one, and what waits would fail.
    retire: [
      {
        guard: 'isQuietAndSupervised',
        target: 'dead',
        actions: [{ type: 'noteRetiring', params: whole }, 'noteRetirement'],
      },
      { guard: 'isSupervised', actions: { type: 'noteRetiring', params: whole } },
    ],
    quiet: { guard: 'isRetiring', target: 'dead', actions: 'noteRetirement' },
    end: [
      {
        guard: { type: 'hasTimeToDrain', params: whole },
        target: '#connection.closing.draining',
        actions: { type: 'noteEnd', params: whole },
      },
      { target: '#connection.closing.terminating' },
    ],
  },
  states: {
    connected: {
      description: 'nothing in flight',
      entry: announces('connected'),
      on: { statement: { target: 'querying', actions: accept } },
    },
    querying: {
      description: 'autocommit statements in flight, pipelined',
      entry: announces('querying'),
    },
    inTransaction: {
      description: 'exclusive: a transaction or a session lease',
      entry: announces('inTransaction'),
      initial: 'waiting',
      states: {
        waiting: { description: "the user's code is thinking" },
        querying: { description: 'its statement is in flight' },
        failed: { description: 'the server takes only a rollback' },
        committing: { description: 'COMMIT is written, not answered' },
        rollingBack: { description: 'ROLLBACK is written, not answered' },
      },
    },
  },
})
