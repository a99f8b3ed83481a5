import type { Scenario } from '../scenario.ts'

export const postmasterKilled: Scenario = {
  id: 'S07',
  broken: 'the postmaster is killed by SIGKILL',
  naive: 'sees a socket that closes without a word, and may never come back',
  callers: 'write',
  costs: 'sessions',
  lasts: [100, 400],
  stopsServer: true,
  strike: ({ server }) => server.kill(),
  heal: ({ server }) => server.start(),
}
