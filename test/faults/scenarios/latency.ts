import type { Scenario } from '../scenario.ts'

export const latency: Scenario = {
  id: 'S22',
  broken: 'the network is slow, and slower by chance',
  naive: 'convicts a server that lives, where its deadlines are short',
  callers: 'write',
  costs: 'nothing',
  lasts: [800, 1000],
  strike: ({ cable }) => cable.latency(25, 75),
  heal: ({ cable }) => cable.pass(),
}
