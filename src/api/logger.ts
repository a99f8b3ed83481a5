/** Where the supervisor's own lines go; never a secret, a literal or a value. Without one it says nothing. */
export interface Logger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}
