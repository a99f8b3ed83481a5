import type { ClientConfig } from 'pg'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { Target } from '../../topology/target.ts'
import type { HostText } from './host-lists.ts'
import type { PgOptions } from './pg-options.ts'

/** What a connection string says. Of hosts what it has; undefined = PG* or a default. */
export interface Said extends HostText {
  /** Handed to pg as it is: pg then takes user, password, host, port and database from it and PG* alone. */
  readonly uri?: string
  /** The same with one of its hosts in it; pg's own forms have one host, and no commas that mean anything. */
  readonly uriTo?: (target: Target) => string
  /** Options in words of pg's; they win over those beside the string. */
  readonly options?: PgOptions
  /** Asked anew at each session, for certificates are renewed; pg does so with those of a URI. */
  readonly tls?: () => ClientConfig['ssl']
  /** Of one host, as in libpq; a default for `connectTimeoutMs`. */
  readonly connectTimeoutMs: number | undefined
  readonly targetSessionAttrs?: string | undefined
  readonly loadBalanceHosts?: string | undefined
}

/** Never repeats the string or a part of it: it may hold a password, and a mistake may have put it anywhere. */
export const refusedString = (wanted: string) => invalidOption('connectionString', wanted, '')
