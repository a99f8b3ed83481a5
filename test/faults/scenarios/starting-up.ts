import { errorResponse } from '../../support/backend-messages.ts'
import type { Scenario } from '../scenario.ts'

export const startingUp: Scenario = {
  id: 'S10',
  broken: 'the server says for a while that it is starting up',
  naive: 'takes the polite end for a good sign, and dials again at once',
  callers: 'write',
  costs: 'sessions',
  lasts: [300, 900],
  strike: ({ cable }) => {
    cable.turnAway(errorResponse('FATAL', 'FATAL', '57P03', 'the database system is starting up'))
    cable.cut()
  },
  heal: ({ cable }) => cable.pass(),
}
