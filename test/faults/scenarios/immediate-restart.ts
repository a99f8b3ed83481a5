import type { Scenario } from '../scenario.ts'

export const immediateRestart: Scenario = {
  id: 'S05',
  broken: 'the server is shut down at once and recovers',
  naive: 'has an error without a code',
  callers: 'transact',
  costs: 'sessions',
  lasts: [100, 400],
  stopsServer: true,
  strike: ({ server }) => server.stop('immediate'),
  heal: ({ server }) => server.start(),
}
