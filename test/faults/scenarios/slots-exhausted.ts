import { errorResponse } from '../../support/backend-messages.ts'
import type { Scenario } from '../scenario.ts'

export const slotsExhausted: Scenario = {
  id: 'S11',
  broken: 'all connection slots are taken by others',
  naive: 'dials a hundred times a second',
  callers: 'write',
  costs: 'sessions',
  lasts: [300, 900],
  strike: ({ cable }) => {
    cable.turnAway(errorResponse('FATAL', 'FATAL', '53300', 'sorry, too many clients already'))
    cable.cut()
  },
  heal: ({ cable }) => cable.pass(),
}
