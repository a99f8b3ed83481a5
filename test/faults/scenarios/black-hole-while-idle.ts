import type { Scenario } from '../scenario.ts'

export const blackHoleWhileIdle: Scenario = {
  id: 'S16',
  broken: 'a firewall has forgotten the idle connection',
  naive: 'notices nothing, and hangs with the next statement',
  callers: 'wait',
  costs: 'sessions',
  lasts: [1200, 1500],
  strike: ({ cable, dice }) => cable.blackhole(dice.pick(['toServer', 'toClient', undefined])),
  heal: ({ cable }) => cable.pass(),
}
