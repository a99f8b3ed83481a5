import type { Scenario } from '../scenario.ts'

export const silentAfterAccept: Scenario = {
  id: 'S24',
  broken: 'somebody accepts connections and says nothing',
  naive: 'waits for ever to be connected',
  callers: 'write',
  costs: 'sessions',
  lasts: [400, 800],
  strike: ({ cable }) => {
    cable.acceptThenSilent()
    cable.cut()
  },
  heal: ({ cable }) => cable.pass(),
}
