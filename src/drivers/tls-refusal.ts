// To a wish for TLS a server that has none answers with one letter (PostgreSQL docs, 54.2.10, SSL Session Encryption). pg
// makes an error of it that only its text tells from others, so it is given a code.
import type { PgConnection } from './pg-internals.ts'

const no = 'N'.charCodeAt(0)

/** Before the connection is opened. */
export function nameTlsRefusal(connection: PgConnection): void {
  if (!connection.ssl || connection.sslNegotiation === 'direct') return
  connection.stream.once('data', (answer: Buffer) => {
    if (answer[0] !== no) return
    // pg's own listener is behind this one, and says so at once.
    connection.prependOnceListener('error', (error: Error & { code?: string }) => {
      error.code = 'ERR_TLS_REFUSED'
    })
  })
}
