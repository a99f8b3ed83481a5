// Asks the host of a session whether it lives, while the session itself is at work and can't be asked. The question is the
// first one of any client, before it says who it is: it takes no slot of max_connections, no password and no lock, so a
// server that is full, starts, or has no session to spare answers it all the same (PostgreSQL docs, 54.2.11 SSL Session
// Encryption). It logs nothing: clients that leave at the answer are common (ProcessStartupPacket in backend_startup.c).
import type { PgClient } from './pg-internals.ts'
import { connectBeside, encryptAs, sslRequest } from './session-address.ts'

/**
 * Resolves at the first byte that comes back, or when the other side hangs up; an accepted connection alone says only that
 * a kernel lives. Rejects with what the operating system says instead, or when `signal` aborts.
 */
export function inquire(client: PgClient, signal: AbortSignal): Promise<void> {
  const { connection } = client
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connectBeside(client)
    // Whoever waits for the answer keeps the process alive, if anybody should.
    socket.unref()
    const end = (): void => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
    }
    const answered = (): void => {
      end()
      resolve()
    }
    const abort = (): void => {
      end()
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', (error) => {
      end()
      reject(error)
    })
    socket.once('end', answered)
    socket.once('connect', () => {
      if (connection.stream.encrypted !== true || connection.sslNegotiation !== 'direct') {
        socket.once('data', answered)
        socket.write(sslRequest)
        return
      }
      // This server expects a handshake. What becomes of it does not matter: a refusal is an answer.
      const stream = encryptAs(client, socket, answered)
      stream.on('error', answered)
      stream.once('end', answered)
    })
  })
}
