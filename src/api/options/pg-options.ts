// The options of pg itself, which pass through to its clients.
import type { ClientConfig } from 'pg'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import {
  callable,
  durationOrNone,
  flag,
  isObject,
  isText,
  isWhole,
  type OptionKind,
  oneOf,
  port,
  text,
  withMethods,
} from './option-kind.ts'

/** What pg's types have, without what is ours to say. */
export type PgOptions = Omit<
  ClientConfig,
  'connectionString' | 'connectionTimeoutMillis' | 'query_timeout' | 'pipeline'
> & {
  // pg 8.23 reads these too (lib/client.js, lib/connection-parameters.js); its types omit them.
  binary?: boolean
  replication?: boolean | string
  scramMaxIterations?: number
}

// Ends in a startup parameter, which the server reads as int4; pg's parseInt would make 5 ms of '5s'.
const serverTimeout: OptionKind = {
  wanted: `false or whole milliseconds, 0 to ${longestDelayMs}`,
  holds: (value) => value === false || (isWhole(value) && durationOrNone.holds(value)),
}

export const pgOptionKinds = {
  user: text,
  database: text,
  password: {
    wanted: 'a string without NUL characters or a function',
    holds: (value) => isText(value) || callable.holds(value),
  },
  host: text,
  port,
  ssl: { wanted: 'true, false or an object', holds: (value) => flag.holds(value) || isObject(value) },
  sslnegotiation: oneOf('postgres', 'direct'),
  enableChannelBinding: flag,
  scramMaxIterations: {
    wanted: 'a whole number, 0 (no limit) or more',
    holds: (value) => isWhole(value) && value >= 0,
  },
  // pg takes a stream as well, but a stream lives no longer than one session.
  stream: { wanted: 'a function that makes a stream', holds: callable.holds },
  keepAlive: flag,
  keepAliveInitialDelayMillis: durationOrNone,
  types: withMethods('getTypeParser'),
  binary: flag,
  options: text,
  application_name: text,
  fallback_application_name: text,
  client_encoding: text,
  replication: {
    wanted: 'true, false or a string without NUL characters',
    holds: (value) => flag.holds(value) || isText(value),
  },
  statement_timeout: serverTimeout,
  lock_timeout: serverTimeout,
  idle_in_transaction_session_timeout: serverTimeout,
} satisfies Record<keyof PgOptions, OptionKind>

/** Those of pg's that a supervised client can't have, and what is there instead. */
export const insteadOfPgOption: Readonly<Record<string, string>> = {
  query_timeout: 'use `statementTimeoutMs`',
  connectionTimeoutMillis: 'use `connectTimeoutMs`',
  Promise: "promises are the platform's",
  connection: 'use `stream` or `clientFactory`',
  // pg reads these from a connection string alone and would pass over them here, without TLS.
  sslmode: 'use `ssl`, or `sslmode` in `connectionString`',
  sslcert: 'use `ssl.cert`',
  sslkey: 'use `ssl.key`',
  sslrootcert: 'use `ssl.ca`',
}
