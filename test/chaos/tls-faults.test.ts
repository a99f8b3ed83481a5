import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionConfig } from '../../src/index.ts'
import { welcome } from '../support/backend-messages.ts'
import { fakeServer } from '../support/fake-server.ts'
import { selfSigned } from '../support/self-signed.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const certificate = selfSigned('db.example')
const expired = selfSigned('db.example', -1)
const noOpenssl = 'makes certificates by openssl, which is not installed'

const yes = Buffer.from('S')

/** Encrypts when it is asked to, and welcomes whoever is satisfied with its certificate. */
const withCertificate = (identity: { key: string; cert: string }) => (socket: Socket) => {
  socket.removeAllListeners('data')
  socket.write(yes)
  const secured = new TLSSocket(socket, { isServer: true, ...identity })
  secured.on('error', () => {})
  secured.once('data', () => secured.write(welcome))
}

function dialled(world: World, { host, port }: { host: string; port: number }, ssl: ConnectionConfig['ssl']) {
  const connection = world.connection({
    connectionString: '',
    host,
    port,
    user: 'nobody',
    ssl: ssl!,
    connectTimeoutMs: 500,
  })
  return connection.connect()
}

describe('a certificate', () => {
  it('that satisfies lets the client in', async (context) => {
    context.skip(certificate === undefined, noOpenssl)
    await using fake = await fakeServer(withCertificate(certificate!))
    await using world = await openWorld({ server })
    const ssl = { ca: certificate!.cert, servername: 'db.example' }
    await expect(dialled(world, fake, ssl)).resolves.toMatchObject({ state: 'connected' })
  })

  it.for([
    ['that nobody vouches for', certificate, {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of another name',
      certificate,
      { ca: certificate?.cert, servername: 'other.example' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'without the address that was dialled',
      certificate,
      { ca: certificate?.cert },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['that has expired', expired, { ca: expired?.cert, servername: 'db.example' }, 'CERT_HAS_EXPIRED'],
  ] as const)(
    '%s is hopeless: nobody is asked again, and never without TLS',
    async ([, identity, ssl, code], context) => {
      context.skip(identity === undefined, noOpenssl)
      await using fake = await fakeServer(withCertificate(identity!))
      await using world = await openWorld({ server })
      await expect(dialled(world, fake, ssl)).rejects.toMatchObject({
        hopeless: true,
        attempts: 1,
        failure: { kind: 'network', code, phase: 'connecting' },
      })
      expect(fake.accepted).toBe(1)
    },
  )
})

describe('a server that is asked for TLS', () => {
  it.each([
    ['answers in plain text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['says yes, and goes on in plain text', Buffer.concat([yes, welcome])],
  ])('and %s gets no session', async (_, answer) => {
    await using fake = await fakeServer((socket) => socket.write(answer))
    await using world = await openWorld({ server })
    await expect(dialled(world, fake, { rejectUnauthorized: false })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { phase: 'connecting' },
    })
  })

  it('and is silent in the middle of its handshake costs no more than the deadline', async () => {
    await using fake = await fakeServer((socket, _, before) => before === 0 && socket.write(yes))
    await using world = await openWorld({ server })
    await expect(dialled(world, fake, { rejectUnauthorized: false })).rejects.toMatchObject({
      failure: { kind: 'timeout', phase: 'connecting' },
    })
  })
})
