// What a server says, byte by byte (PostgreSQL docs, 54.7 Message Formats), for tests that speak in its place.

/** One message: its type, and its body of 32-bit numbers, strings that end in NUL, and bytes as they are. */
export function message(type: string, ...body: (number | string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(body.map(bytesOf))
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes])
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const bytesOf = (part: number | string | Buffer): Buffer => {
  if (typeof part === 'number') return int32(part)
  return typeof part === 'string' ? Buffer.from(`${part}\0`) : part
}

export const readyForQuery = message('Z', Buffer.from('I'))

/** What PostgreSQL 18 reports of itself to every client. */
const parameters = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'Etc/UTC',
  application_name: '',
  client_encoding: 'UTF8',
  default_transaction_read_only: 'off',
  in_hot_standby: 'off',
  integer_datetimes: 'on',
  is_superuser: 'on',
  scram_iterations: '4096',
  search_path: '"$user", public',
  server_encoding: 'UTF8',
  server_version: '18.4',
  session_authorization: 'supervisor',
  standard_conforming_strings: 'on',
}

/** AuthenticationOk and what follows it. */
export const welcome = Buffer.concat([
  message('R', 0),
  ...Object.entries(parameters).map(([name, value]) => message('S', name, value)),
  message('K', 4711, 1234),
  readyForQuery,
])

/** An ErrorResponse: `severity` as the server's language has it, `V` as it is in every language. */
export const errorResponse = (severity: string, V: string, code: string, text: string): Buffer =>
  message('E', `S${severity}`, `V${V}`, `C${code}`, `M${text}`, Buffer.from([0]))

/** The answer to a simple query of no columns. */
export const commandComplete = (tag: string): Buffer => Buffer.concat([message('C', tag), readyForQuery])
