import type { Scenario } from '../scenario.ts'

export const portRefuses: Scenario = {
  id: 'S26',
  broken: 'nobody listens at the port',
  naive: 'tells every caller, or dials without a pause',
  callers: 'transact',
  costs: 'sessions',
  lasts: [300, 900],
  strike: ({ cable }) => {
    cable.refuse()
    cable.cut()
  },
  heal: ({ cable }) => cable.listen(),
}
