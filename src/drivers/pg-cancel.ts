// A CancelRequest of our own: pg's goes in plain text to a name that may resolve elsewhere, and is fired and forgotten.
// This one goes to the address of the session, over TLS if the session has it, and waits until the server hangs up:
// by then the signal has been sent, and no later statement can be hit by it (PostgreSQL docs, 54.2.8 Canceling Requests).
import type { Socket } from 'node:net'
import type { PgClient } from './pg-internals.ts'
import { connectBeside, encryptAs, sslRequest } from './session-address.ts'

function cancelRequest(processId: number, secretKey: number | Buffer): Buffer {
  const key = Buffer.isBuffer(secretKey) ? secretKey : Buffer.alloc(4)
  if (!Buffer.isBuffer(secretKey)) key.writeInt32BE(secretKey)
  const head = Buffer.alloc(12)
  head.writeInt32BE(12 + key.length, 0)
  head.writeInt32BE(80_877_102, 4)
  head.writeInt32BE(processId, 8)
  return Buffer.concat([head, key])
}

/** Resolves when the server has closed the asking connection; rejects when it could not be asked or `signal` aborts. */
export function requestCancel(client: PgClient, signal: AbortSignal): Promise<void> {
  const { connection, processID, secretKey } = client
  if (processID === null || secretKey === null)
    return Promise.reject(new Error('the session has no cancel key'))
  return new Promise((resolve, reject) => {
    const socket = connectBeside(client)
    let isAsked = false
    const fail = (error: Error & { code?: string }): void => {
      socket.destroy()
      // A server that has heard the request may hang up without ceremony.
      if (isAsked && error.code === 'ECONNRESET') resolve()
      else reject(error)
    }
    const abort = (): void => fail(new Error('the cancel request was not taken in time'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    socket.once('close', () => {
      signal.removeEventListener('abort', abort)
      if (isAsked) resolve()
      else reject(new Error('the server hung up before it was asked to cancel'))
    })
    socket.on('error', fail)
    const ask = (stream: Socket): void => {
      stream.on('error', fail)
      // Not end(): to the goodbye of TLS a server that is gone already answers with a reset, and a proxy that sees us leave
      // may hang up before the server has heard anything.
      stream.write(cancelRequest(processID, secretKey), () => {
        isAsked = true
      })
      stream.resume()
    }
    const encrypt = (): void => {
      const stream = encryptAs(client, socket, () => ask(stream))
      stream.on('error', fail)
    }
    socket.once('connect', () => {
      if (!connection.stream.encrypted) return ask(socket)
      if (connection.sslNegotiation === 'direct') return encrypt()
      socket.write(sslRequest)
      socket.once('data', (answer) => {
        if (answer[0] === 0x53) encrypt()
        else fail(new Error('the server does not take a cancel request over TLS'))
      })
    })
  })
}
