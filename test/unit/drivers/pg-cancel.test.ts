import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { requestCancel } from '../../../src/drivers/pg-cancel.ts'
import type { PgClient } from '../../../src/drivers/pg-internals.ts'
import { eventually } from '../../support/eventually.ts'
import { selfSigned } from '../../support/self-signed.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const { close } of open.splice(0)) close()
})

const never = new AbortController().signal

/** Listens, and keeps what it is sent. */
async function listen(onSocket: (socket: Socket) => void, at: object = { port: 0, host: '127.0.0.1' }) {
  const received: Buffer[] = []
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(at, resolve))
  open.push({ close: () => [server.close(), ...sockets.map((socket) => socket.destroy())] })
  return { port: (server.address() as AddressInfo).port, received, sockets }
}

/** Hears 16 bytes and hangs up, as a postmaster does. */
function postmaster(received: Buffer[], length = 16) {
  return (stream: Socket) => {
    stream.on('data', (bytes: Buffer) => {
      received.push(bytes)
      if (Buffer.concat(received).length >= length) stream.end()
    })
  }
}

function clientOf(port: number, more: object = {}, stream: object = {}): PgClient {
  return {
    host: 'no-such-host.invalid',
    port: 1,
    processID: 4711,
    secretKey: -559_038_737,
    connection: { ssl: false, stream: { remoteAddress: '127.0.0.1', remotePort: port, ...stream } },
    ...more,
  } as unknown as PgClient
}

describe('a cancel request', () => {
  it('is the sixteen bytes of the protocol, sent to the address of the session, whatever its name resolves to', async () => {
    const received: Buffer[] = []
    const { port } = await listen(postmaster(received))
    await requestCancel(clientOf(port), never)
    expect(Buffer.concat(received).toString('hex')).toBe('0000001004d2162e00001267deadbeef')
  })

  it('carries a key of any length, as since protocol 3.2', async () => {
    const received: Buffer[] = []
    const { port } = await listen(postmaster(received, 44))
    const secretKey = Buffer.from(Array.from({ length: 32 }, (_, n) => n))
    await requestCancel(clientOf(port, { secretKey }), never)
    const bytes = Buffer.concat(received)
    expect(bytes.readInt32BE(0)).toBe(44)
    expect(bytes.subarray(12)).toEqual(secretKey)
  })

  it('is answered only when the server has hung up', async () => {
    const { port, sockets } = await listen((socket) => socket.resume())
    let isAnswered = false
    const asked = requestCancel(clientOf(port), never).then(() => {
      isAnswered = true
    })
    await eventually(() => sockets.some((socket) => socket.bytesRead === 16), { what: 'the request arrives' })
    expect(isAnswered).toBe(false)
    sockets[0]?.end()
    await asked
  })

  it('counts as taken when the server hangs up abruptly, once it was sent', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await expect(requestCancel(clientOf(port), never)).resolves.toBeUndefined()
  })

  it('goes to the Unix socket of a server that is reached by one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pg-supervisor-cancel-'))
    open.push({ close: () => rmSync(folder, { recursive: true, force: true }) })
    const received: Buffer[] = []
    await listen(postmaster(received), { path: join(folder, '.s.PGSQL.5433') })
    await requestCancel(clientOf(0, { host: folder, port: 5433 }), never)
    expect(Buffer.concat(received)).toHaveLength(16)
  })

  it('rejects when the server hangs up before it is asked', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.end()))
    const connection = {
      ssl: true,
      sslNegotiation: 'postgres',
      stream: { remoteAddress: '127.0.0.1', remotePort: port, encrypted: true },
    }
    await expect(requestCancel(clientOf(port, { connection }), never)).rejects.toThrow(
      'hung up before it was asked',
    )
  })

  it('rejects when nobody listens', async () => {
    const { port, sockets } = await listen(() => undefined)
    for (const { close } of open.splice(0)) close()
    await expect(requestCancel(clientOf(port), never)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(sockets).toEqual([])
  })

  it('rejects when it is given up, and lets go of its socket', async () => {
    const { port, sockets } = await listen((socket) => socket.resume())
    const patience = new AbortController()
    const asked = requestCancel(clientOf(port), patience.signal)
    await eventually(() => sockets.some((socket) => socket.bytesRead === 16), { what: 'the request arrives' })
    patience.abort()
    await expect(asked).rejects.toThrow('the cancel request was not taken in time')
    await eventually(() => sockets[0]!.destroyed || sockets[0]!.readableEnded, { what: 'the socket closes' })
    await expect(requestCancel(clientOf(port), patience.signal)).rejects.toThrow('not taken in time')
  })

  it.each([{ processID: null }, { secretKey: null }])('rejects without a key: %j', async (missing) => {
    await expect(requestCancel(clientOf(1, missing), never)).rejects.toThrow('the session has no cancel key')
  })
})

const certificate = selfSigned('db.example')

describe.skipIf(certificate === undefined)('a cancel request of an encrypted session', () => {
  const trusting = { rejectUnauthorized: false }
  const encrypted =
    (ssl: object | boolean, more: object = {}) =>
    (port: number) =>
      clientOf(port, {
        host: 'db.example',
        connection: {
          ssl,
          sslNegotiation: 'postgres',
          stream: { remoteAddress: '127.0.0.1', remotePort: port, encrypted: true },
          ...more,
        },
      })

  /** Takes the request for TLS, answers it, and goes on encrypted. */
  async function tlsPostmaster(answer: 'S' | 'N' = 'S') {
    const plain: Buffer[] = []
    const received: Buffer[] = []
    const names: unknown[] = []
    const { port } = await listen((socket) => {
      socket.once('data', (bytes: Buffer) => {
        plain.push(bytes)
        socket.write(answer)
        if (answer === 'N') return
        const stream = new TLSSocket(socket, { isServer: true, ...certificate })
        stream.on('error', () => undefined)
        stream.once('secure', () => names.push((stream as { servername?: unknown }).servername))
        postmaster(received)(stream)
      })
    })
    return { port, plain, received, names }
  }

  it('asks for TLS as the session did, and says nothing in plain text', async () => {
    const { port, plain, received, names } = await tlsPostmaster()
    await requestCancel(encrypted(trusting)(port), never)
    expect(Buffer.concat(plain).toString('hex')).toBe('0000000804d2162f')
    expect(Buffer.concat(received).toString('hex')).toBe('0000001004d2162e00001267deadbeef')
    expect(names).toEqual(['db.example'])
  })

  it('shows who it is as the session did, with the key that pg has hidden', async () => {
    const shown: string[] = []
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S')
        const identity = { requestCert: true, rejectUnauthorized: false }
        const stream = new TLSSocket(socket, { isServer: true, ...identity, ...certificate })
        stream.on('error', () => undefined)
        stream.once('data', () => {
          shown.push(String(stream.getPeerCertificate().subject?.CN))
          stream.end()
        })
      })
    })
    const ssl = { ...trusting, cert: certificate?.cert }
    Object.defineProperty(ssl, 'key', { enumerable: false, value: certificate?.key })
    await requestCancel(encrypted(ssl)(port), never)
    expect(shown).toEqual(['db.example'])
  })

  it('trusts whom the session trusts', async () => {
    const { port, received } = await tlsPostmaster()
    await requestCancel(encrypted({ ca: certificate?.cert })(port), never)
    expect(Buffer.concat(received)).toHaveLength(16)
  })

  it('is not sent to a server that can not prove who it is', async () => {
    const { port, received } = await tlsPostmaster()
    await expect(requestCancel(encrypted(true)(port), never)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(received).toEqual([])
  })

  it('is not sent to a server that will not encrypt', async () => {
    const { port, received, plain } = await tlsPostmaster('N')
    await expect(requestCancel(encrypted(trusting)(port), never)).rejects.toThrow(
      'does not take a cancel request over TLS',
    )
    expect([plain.length, received]).toEqual([1, []])
  })

  it.each<[string, (socket: Socket) => unknown]>([
    ['without the goodbye of TLS', (socket) => socket.destroy()],
    ['abruptly', (socket) => socket.resetAndDestroy()],
  ])('counts as taken when the server hangs up %s', async (_, hangUp) => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S')
        const stream = new TLSSocket(socket, { isServer: true, ...certificate })
        stream.on('error', () => undefined)
        stream.once('data', () => hangUp(socket))
      })
    })
    await expect(requestCancel(encrypted(trusting)(port), never)).resolves.toBeUndefined()
  })

  it('begins with TLS where the session did', async () => {
    const received: Buffer[] = []
    const protocols: unknown[] = []
    const server = createTlsServer({ ...certificate, ALPNProtocols: ['postgresql'] } as object, (stream) => {
      protocols.push(stream.alpnProtocol)
      postmaster(received)(stream)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => server.close() })
    const { port } = server.address() as AddressInfo
    await requestCancel(encrypted(trusting, { sslNegotiation: 'direct' })(port), never)
    expect(Buffer.concat(received)).toHaveLength(16)
    expect(protocols).toEqual(['postgresql'])
  })

  it('has hung up without a word of ours behind the request, which a server that closes would take amiss', async () => {
    const received: Buffer[] = []
    const ends: string[] = []
    const server = createTlsServer({ ...certificate } as object, (stream) => {
      stream.on('end', () => ends.push('the client'))
      stream.on('data', (bytes: Buffer) => {
        received.push(bytes)
        setImmediate(() => {
          ends.push('the server')
          stream.end()
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => server.close() })
    const { port } = server.address() as AddressInfo
    await requestCancel(encrypted(trusting, { sslNegotiation: 'direct' })(port), never)
    expect(ends[0]).toBe('the server')
  })
})
