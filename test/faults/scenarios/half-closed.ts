import type { Scenario } from '../scenario.ts'

export const halfClosed: Scenario = {
  id: 'S20',
  broken: 'one side has ended the connection, and the other was not told',
  naive: 'gives an error without a code',
  callers: 'write',
  costs: 'sessions',
  strike: ({ cable, dice }) => cable.halfClose(dice.pick(['client', 'server'])),
}
