// Tells tools of the process, the inspector for one, that something with a chart was made. Nothing is told where nobody
// listens.
import { channel } from 'node:diagnostics_channel'
import { type Charted, connectChart } from '../machines/charted.ts'

/** What is published for each new connection, before its first event. */
export interface ConnectionBirth {
  readonly connection: object
}

const births = channel('pg-supervisor:connection')
/** Of pools and supervisors: what is published is their chart. */
const chartBirths = channel('pg-supervisor:chart')

export function announceBirth(connection: object): void {
  if (births.hasSubscribers) births.publish({ connection } satisfies ConnectionBirth)
}

export function announceChart(owner: object, chart: Charted): void {
  connectChart(owner, chart)
  if (chartBirths.hasSubscribers) chartBirths.publish(chart)
}
