// The life of a pool: a supervisor of connection machines. Its members dial, serve and recover by themselves and tell what
// became of them; the chart says how many there shall be, and replaces those that were given up. Here are only names;
// pool.setup.ts says what they mean.

import { initialPoolContext } from './pool.context.ts'
import { poolSetup } from './pool.setup.ts'
import { poolClosing } from './states/pool-closing.state.ts'
import { hires } from './states/pool-phrases.ts'
import { poolRunning } from './states/pool-running.state.ts'
import { poolStarting } from './states/pool-starting.state.ts'

export const poolMachine = poolSetup.createMachine({
  id: 'pool',
  context: initialPoolContext,
  initial: 'idle',
  states: {
    idle: {
      description: 'nobody has asked for anything yet',
      on: {
        start: 'starting',
        demand: [{ guard: 'mayGrow', target: 'running', actions: hires('worker') }, { target: 'running' }],
        listen: { target: 'running', actions: hires('listener') },
        adopt: { target: 'running', actions: hires('adopted') },
        end: 'closed',
      },
    },
    starting: poolStarting,
    running: poolRunning,
    closing: poolClosing,
    closed: {
      description: 'no timer, no socket, no child',
      entry: ['shut', 'tellClosed'],
    },
  },
})

export type PoolMachine = typeof poolMachine
