import { carries } from '../../support/tcp-proxy.ts'
import type { Scenario } from '../scenario.ts'

export const commitNeverSent: Scenario = {
  id: 'S34',
  broken: 'a COMMIT never reaches the server',
  naive: 'gives the same error as if it had',
  callers: 'transact',
  costs: 'sessions',
  strike: async ({ cable }) => {
    await cable.holdNext(carries(/^\s*commit/i)).arrived()
    cable.cut()
  },
}
