import { killSessions, type Scenario } from '../scenario.ts'

export const idleSessionTerminated: Scenario = {
  id: 'S01',
  broken: 'an idle session is terminated',
  naive: 'has no listener for its error, and its process ends',
  callers: 'wait',
  costs: 'sessions',
  lasts: [100, 300],
  strike: killSessions,
}
