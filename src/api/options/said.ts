import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { PgOptions } from './pg-options.ts'

/** What a connection string says. */
export interface Said {
  /** Handed to pg as it is: pg then takes user, password, host, port and database from it and PG* alone. */
  readonly uri?: string
  /** Of the address what the string has; undefined = PG* or pg's default. */
  readonly host: string | undefined
  readonly port: number | undefined
  /** Options in words of pg's; they win over those beside the string. */
  readonly options?: PgOptions
  /** Asked anew at each session, for certificates are renewed; pg does so with those of a URI. */
  readonly tls?: () => PgOptions['ssl']
  /** A default for `connectTimeoutMs`. */
  readonly connectTimeoutMs: number | undefined
}

/** Never repeats the string or a part of it: it may hold a password, and a mistake may have put it anywhere. */
export const refusedString = (wanted: string) => invalidOption('connectionString', wanted, '')
