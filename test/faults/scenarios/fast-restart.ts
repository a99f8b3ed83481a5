import type { Scenario } from '../scenario.ts'

export const fastRestart: Scenario = {
  id: 'S04',
  broken: 'the server is shut down and started again',
  naive: 'dials a hundred times a second, or gives up for ever after three',
  callers: 'write',
  costs: 'sessions',
  lasts: [200, 600],
  stopsServer: true,
  strike: ({ server }) => server.stop('fast'),
  heal: ({ server }) => server.start(),
}
