import type { HeldMessage } from '../../support/proxy/held-message.ts'
import { carries } from '../../support/tcp-proxy.ts'
import type { Scenario } from '../scenario.ts'

const onTheWay = new WeakMap<object, HeldMessage>()

export const commitDelayed: Scenario = {
  id: 'S35',
  broken: 'a COMMIT arrives after its client was told that the connection has ended',
  naive: 'reads "in progress" as "not committed"',
  callers: 'transact',
  costs: 'sessions',
  lasts: [300, 900],
  strike: async ({ cable }) => {
    const commit = cable.holdNext(carries(/^\s*commit/i))
    onTheWay.set(cable, commit)
    await commit.arrived()
    cable.halfClose('client')
  },
  heal: ({ cable }) => onTheWay.get(cable)?.release(),
}
