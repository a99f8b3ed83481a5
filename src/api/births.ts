// Tells tools of the process, the inspector for one, that a connection was made. Nothing is told where nobody listens.
import { channel } from 'node:diagnostics_channel'

/** What is published for each new connection, before its first event. */
export interface ConnectionBirth {
  readonly connection: object
}

const births = channel('pg-supervisor:connection')

export function announceBirth(connection: object): void {
  if (births.hasSubscribers) births.publish({ connection } satisfies ConnectionBirth)
}
