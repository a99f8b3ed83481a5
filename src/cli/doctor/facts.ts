/** What was seen of a server and of the path to it. */
export interface Facts {
  readonly host: string
  readonly user: string
  /** As `server_version_num`: 180004. */
  readonly versionNumber: number
  /** Milliseconds until the session was usable. */
  readonly connectMs: number
  /** Milliseconds of the fastest of some empty statements. */
  readonly roundTripMs: number
  /** Server minus client, in milliseconds; exact to about a round trip. */
  readonly clockSkewMs: number
  readonly tls: { readonly protocol: string; readonly isVerified: boolean } | undefined
  /** As `system_user` says it: 'scram-sha-256', 'md5', 'trust'; undefined before PostgreSQL 16, and where nobody was asked. */
  readonly authentication: string | undefined
  readonly isSuperuser: boolean
  readonly isReadOnly: boolean
  /** Process id of the session as told at its beginning, and those that answered later. */
  readonly toldProcessId: number
  readonly seenProcessIds: readonly number[]
  /** A notification that the session sent to itself came back. */
  readonly hearsItself: boolean
  /** As `current_setting` has it, in milliseconds; 0 = off, undefined = the server does not know it. */
  readonly timeouts: Readonly<Record<TimeoutName, number | undefined>>
  readonly maxConnections: number
  readonly usedConnections: number
}

export type TimeoutName = (typeof timeoutNames)[number]

export const timeoutNames = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'client_connection_check_interval',
] as const
