import { killSessions, type Scenario } from '../scenario.ts'

export const sessionTerminatedInFlight: Scenario = {
  id: 'S02',
  broken: 'sessions are terminated while their statements run',
  naive: 'gives one error for all, and its caller has to guess what was applied',
  callers: 'write',
  costs: 'sessions',
  strike: killSessions,
}
