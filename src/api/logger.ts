/**
 * Where the supervisor's own lines go; never a secret, a literal or a value. Without one it says nothing. `console` is one,
 * and so are most loggers that take the message first. What it throws is swallowed.
 *
 * @example
 * ```ts
 * import { connect } from 'pg-supervisor'
 *
 * const connection = await connect({ connectionString: 'postgres://localhost/app', logger: console })
 * ```
 */
export interface Logger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}
