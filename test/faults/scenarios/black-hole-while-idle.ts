import type { Scenario } from '../scenario.ts'

export const blackHoleWhileIdle: Scenario = {
  id: 'S16',
  broken: 'a firewall has forgotten the idle connections',
  naive: 'notices nothing, and hangs with the next statement',
  callers: 'wait',
  costs: 'sessions',
  lasts: [1000, 1200],
  strike: ({ cable }) => cable.forget(),
}
