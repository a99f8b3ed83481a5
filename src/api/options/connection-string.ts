import { readUri } from './connection-uri.ts'
import { readKeywords } from './keyword-options.ts'
import { parseKeywords } from './keyword-string.ts'
import { refusedString, type Said } from './said.ts'

/**
 * A connection string is a URI, which pg reads, or libpq's keywords, which we read; or one of the driver's own.
 *
 * @returns undefined for blanks only, which pg and libpq take for no string.
 */
export function readConnectionString(text: string, driversOwn?: string): Said | undefined {
  if (text.trim() === '') return undefined
  if (driversOwn !== undefined && text.startsWith(driversOwn)) return plainUri(text, undefined)
  if (/^(?:postgres|postgresql|pg):\/\/|^socket:/i.test(text)) return readUri(text)
  // pg's own form: the folder of the socket, a blank, the database.
  if (text.startsWith('/')) return plainUri(text, text.split(' ')[0])
  if (!/^\w+:/.test(text) && text.includes('=')) return readKeywords(parseKeywords(text))
  throw refusedString('a postgres:// URI or `keyword=value` pairs')
}

const plainUri = (uri: string, host: string | undefined): Said => ({
  uri,
  host,
  hostaddr: undefined,
  port: undefined,
  connectTimeoutMs: undefined,
})
