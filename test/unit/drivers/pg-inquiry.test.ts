import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { inquire } from '../../../src/drivers/pg-inquiry.ts'
import type { PgClient } from '../../../src/drivers/pg-internals.ts'
import { eventually } from '../../support/eventually.ts'
import { selfSigned } from '../../support/self-signed.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

const never = new AbortController().signal

async function host(onSocket: (socket: Socket) => void, certificate?: object) {
  const sockets: Socket[] = []
  const server = certificate === undefined ? createServer() : createTlsServer({ ...certificate })
  server.on('tlsClientError', () => undefined)
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve))
  open.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

/** A session of that host, under a name that leads nowhere by now. */
const sessionAt = (port: number, stream: object = {}, connection: object = {}): PgClient =>
  ({
    host: 'no-such-host.invalid',
    port: 1,
    connection: {
      ssl: false,
      sslNegotiation: 'postgres',
      stream: { remoteAddress: '127.0.0.1', remotePort: port, ...stream },
      ...connection,
    },
  }) as unknown as PgClient

describe('an inquiry', () => {
  it.each(['N', 'S', 'E'])('asks what every client asks first, and takes %s for life', async (answer) => {
    const said: string[] = []
    const { port, sockets } = await host((socket) =>
      socket.once('data', (bytes: Buffer) => {
        said.push(bytes.toString('hex'))
        socket.write(answer)
      }),
    )
    await inquire(sessionAt(port), never)
    expect(said).toEqual(['0000000804d2162f'])
    await eventually(() => sockets[0]?.destroyed || sockets[0]?.readableEnded, { what: 'it leaves' })
  })

  it('takes a host that hangs up for a living one', async () => {
    const { port } = await host((socket) => socket.end())
    await expect(inquire(sessionAt(port), never)).resolves.toBeUndefined()
  })

  it('does not take an accepted connection for life, and goes when it is told to', async () => {
    const { port, sockets } = await host((socket) => socket.resume())
    const patience = new AbortController()
    let isAnswered = false
    const asked = inquire(sessionAt(port), patience.signal).finally(() => {
      isAnswered = true
    })
    asked.catch(() => undefined)
    await eventually(() => sockets[0]?.bytesRead === 8, { what: 'the question arrives' })
    expect(isAnswered).toBe(false)
    patience.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await eventually(() => sockets[0]?.destroyed || sockets[0]?.readableEnded, { what: 'it leaves' })
    await expect(inquire(sessionAt(port), patience.signal)).rejects.toThrow('enough')
  })

  it('tells what the operating system says', async () => {
    const { port } = await host(() => undefined)
    for (const close of open.splice(0)) close()
    await expect(inquire(sessionAt(port), never)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

const certificate = selfSigned('db.example')
const direct = { ssl: true, sslNegotiation: 'direct' }

describe.skipIf(certificate === undefined)('an inquiry of a session that began with a handshake', () => {
  it('begins with one; a certificate that it does not trust is an answer, too', async () => {
    const { port } = await host(() => undefined, { ...certificate, ALPNProtocols: ['postgresql'] })
    for (const ssl of [true, { ca: certificate?.cert }]) {
      const session = sessionAt(port, { encrypted: true }, { ...direct, ssl })
      await expect(inquire(session, never)).resolves.toBeUndefined()
    }
  })

  it('does not take silence instead of a handshake for life', async () => {
    const { port, sockets } = await host((socket) => socket.resume())
    const patience = new AbortController()
    const asked = inquire(sessionAt(port, { encrypted: true }, direct), patience.signal)
    asked.catch(() => undefined)
    await eventually(() => (sockets[0]?.bytesRead ?? 0) > 8, { what: 'the handshake begins' })
    patience.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })
})
