import { killSessions, type Scenario } from '../scenario.ts'

export const sessionTerminatedInTransaction: Scenario = {
  id: 'S03',
  broken: 'sessions are terminated inside of transactions',
  naive: 'raises an error that nobody can catch, from the client that a transaction holds',
  callers: 'transact',
  costs: 'sessions',
  strike: killSessions,
}
