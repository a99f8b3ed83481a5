// What may be done to a connection from the page, where it was allowed. Each is done to the session, never to the chart:
// what the connection makes of it is what there is to see.
import type { Socket } from 'node:net'
import type { Connection } from '../../src/index.ts'

export interface Fault {
  /** For the button. */
  readonly label: string
  strike(connection: Connection): unknown
}

export type Faults = Readonly<Record<string, Fault>>

export const ownFaults: Faults = {
  killBackend: {
    label: 'Kill backend',
    strike: (connection) =>
      connection
        .query('select pg_terminate_backend(pg_backend_pid())', [], { detached: true, timeoutMs: 5_000 })
        .catch(() => undefined),
  },
  dropSocket: {
    label: 'Drop socket',
    strike: (connection) => socketOf(connection)?.resetAndDestroy(),
  },
}

const socketOf = ({ unsafeClient }: Connection): Socket | undefined =>
  (unsafeClient as { connection?: { stream?: Socket } } | undefined)?.connection?.stream
