import { completes } from '../../support/tcp-proxy.ts'
import type { Scenario } from '../scenario.ts'

export const commitAnswerLost: Scenario = {
  id: 'S33',
  broken: 'the answer to a COMMIT is lost',
  naive: 'gives ECONNRESET, is asked again, and applies the work twice',
  callers: 'transact',
  costs: 'sessions',
  strike: async ({ cable }) => {
    await cable.holdNext(completes('COMMIT'), 'toClient').arrived()
    cable.cut()
  },
}
