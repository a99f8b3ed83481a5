// Serves. Two things are followed side by side: whether anybody can be asked, and whether anybody is missing.
import { whole } from '../../states/chart-phrases.ts'
import { poolSetup } from '../pool.setup.ts'
import { comings, hires, memberFacts } from './pool-phrases.ts'

export const poolRunning = poolSetup.createStateConfig({
  description: 'serves',
  type: 'parallel',
  on: {
    end: [
      {
        guard: { type: 'hasTimeToDrain', params: whole },
        target: '#pool.closing.draining',
        actions: { type: 'noteEnd', params: whole },
      },
      { target: '#pool.closing.terminating' },
    ],
  },
  states: {
    service: {
      initial: 'open',
      on: {
        ...memberFacts,
        ...comings,
        dismiss: {
          guard: { type: 'maySpare', params: whole },
          actions: { type: 'endMember', params: whole },
        },
      },
      states: {
        open: {
          description: 'somebody is up, or nobody has failed yet',
          always: { guard: 'isDown', target: 'down' },
        },
        down: {
          description: 'nobody is up; whileDown decides who waits',
          entry: 'tellDown',
          always: { guard: 'isUp', target: 'open', actions: 'tellUp' },
          on: {
            // Another attempt failed.
            'member.dead': {
              guard: { type: 'isWorker', params: whole },
              actions: [{ type: 'noteDead', params: whole }, { type: 'drop', params: whole }, 'tellDown'],
            },
          },
        },
      },
    },
    staff: {
      initial: 'complete',
      states: {
        complete: {
          description: 'as many as there shall be, each up or making its session by itself',
          entry: ['refill', 'tellVacant'],
          on: {
            demand: { guard: 'mayGrow', actions: hires('worker') },
            'member.dead': 'short',
            'member.up': { actions: ['refill', 'tellVacant'] },
            'member.ended': { actions: ['refill', 'tellVacant'] },
            release: { actions: ['refill', 'tellVacant'] },
          },
        },
        short: {
          description: 'one was given up; its successor waits for the restart delay',
          after: { restartDelay: 'complete' },
          on: { 'member.up': 'complete' },
        },
      },
    },
  },
})
