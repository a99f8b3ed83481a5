import type { Scenario } from '../scenario.ts'

export const serverFrozen: Scenario = {
  id: 'S17',
  broken: 'all processes of the server stand still for a while',
  naive: 'waits as long as that takes, with everything behind it',
  callers: 'transact',
  costs: 'sessions',
  lasts: [1800, 2200],
  stopsServer: true,
  strike: ({ server }) => server.pause(),
  heal: ({ server }) => server.resume(),
}
