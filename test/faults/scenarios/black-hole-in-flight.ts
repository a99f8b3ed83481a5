import type { Scenario } from '../scenario.ts'

export const blackHoleInFlight: Scenario = {
  id: 'S17',
  broken: 'bytes vanish while statements run, and the kernel acknowledges them',
  naive: 'hangs for ever, keepalive or not',
  callers: 'write',
  costs: 'sessions',
  lasts: [1600, 2000],
  strike: ({ cable, dice }) => cable.blackhole(dice.pick(['toServer', 'toClient', undefined])),
  heal: ({ cable }) => cable.pass(),
}
