// A second connection to where a session is: for a cancel, and to ask whether its host lives.
import { connect, isIP, type NetConnectOpts, Socket } from 'node:net'
import { connect as secure, type TLSSocket } from 'node:tls'
import type { PgClient } from './pg-internals.ts'

export const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** To the address of the session's socket: its name may resolve elsewhere by now. */
export const connectBeside = (client: PgClient): Socket => connect(besideOf(client))

/** The other end of the session's socket, in words; undefined when that is not pg's own socket, or not connected. */
export function remoteOf({ host, port, connection: { stream } }: PgClient): string | undefined {
  if (!(stream instanceof Socket) || stream.destroyed) return undefined
  if (host.startsWith('/')) return folderSocket(host, port)
  return stream.remoteAddress === undefined ? undefined : `${stream.remoteAddress}:${stream.remotePort}`
}

/** As pg encrypts the session (pg 8.23.1, lib/connection.js), so that who it trusts is trusted here, and nobody else. */
export function encryptAs(client: PgClient, socket: Socket, ready: () => void): TLSSocket {
  const { ssl, sslNegotiation } = client.connection
  const options = typeof ssl === 'object' ? ssl : {}
  // pg makes the key invisible, and a copy would come without.
  const key = 'key' in options ? { key: options.key as Buffer } : {}
  const alpn = sslNegotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}
  const name = isIP(client.host) ? {} : { servername: client.host }
  return secure({ socket, host: client.host, ...options, ...key, ...alpn, ...name }, ready)
}

function besideOf({ host, port, connection }: PgClient): NetConnectOpts {
  const { remoteAddress, remotePort } = connection.stream as Partial<Socket>
  if (host.startsWith('/')) return { path: folderSocket(host, port) }
  return { host: remoteAddress ?? host, port: remotePort ?? port }
}

const folderSocket = (folder: string, port: number): string => `${folder}/.s.PGSQL.${port}`
