// start() was asked for: all of `min`, or none.
import { whole } from '../../states/chart-phrases.ts'
import { poolSetup } from '../pool.setup.ts'
import { comings, memberFacts } from './pool-phrases.ts'

export const poolStarting = poolSetup.createStateConfig({
  description: 'all of `min`, or none',
  initial: 'dialing',
  on: { end: '#pool.closing.terminating' },
  states: {
    dialing: {
      description: 'all at once, each one attempt',
      entry: 'refill',
      always: { guard: 'isComplete', target: '#pool.running', actions: 'tellStarted' },
      on: {
        ...memberFacts,
        ...comings,
        'member.dead': {
          guard: { type: 'isWorker', params: whole },
          target: 'retreating',
          actions: [
            { type: 'noteDead', params: whole },
            { type: 'drop', params: whole },
          ],
        },
        // Ended by hand meanwhile: nobody waits for it.
        'member.ended': { actions: [{ type: 'drop', params: whole }, 'refill'] },
        release: { actions: [{ type: 'release', params: whole }, 'refill'] },
        'start.abort': 'retreating',
      },
    },
    retreating: {
      description: 'one failed, or nobody waits any longer: nothing is left open',
      entry: 'endMembers',
      always: { guard: 'isDeserted', target: '#pool.idle', actions: ['forgetFailure', 'tellStartFailed'] },
      on: {
        'member.dead': { actions: { type: 'drop', params: whole } },
        'member.ended': { actions: { type: 'drop', params: whole } },
      },
    },
  },
})
