import type { Scenario } from '../scenario.ts'

export const reset: Scenario = {
  id: 'S20',
  broken: 'the connection is reset in the middle of messages',
  naive: 'gives an error whose code depends on the moment',
  callers: 'transact',
  costs: 'sessions',
  strike: ({ cable, dice }) => {
    cable.slice(dice.between(1, 20))
    cable.cut()
    cable.pass()
  },
}
