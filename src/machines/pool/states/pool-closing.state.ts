// Ended by its owner: with time, what was accepted finishes first; then everything is refused and every member ended.
import { whole } from '../../states/chart-phrases.ts'
import { poolSetup } from '../pool.setup.ts'
import { comings, memberFacts } from './pool-phrases.ts'

export const poolClosing = poolSetup.createStateConfig({
  description: 'ended by its owner',
  initial: 'terminating',
  states: {
    draining: {
      description: 'accepted work and running callbacks may finish',
      invoke: { src: 'drain', id: 'drain', input: ({ context }) => ({ identity: context.identity }) },
      after: { drainLimit: 'terminating' },
      on: {
        ...memberFacts,
        unlisten: comings.unlisten,
        release: comings.release,
        drained: 'terminating',
      },
    },
    terminating: {
      description: 'refuses the rest in order, ends every member, the busy ones too',
      entry: ['shut', 'endMembers'],
      always: { guard: 'isDeserted', target: '#pool.closed' },
      on: {
        'member.dead': { actions: { type: 'drop', params: whole } },
        'member.ended': { actions: { type: 'drop', params: whole } },
      },
    },
  },
})
