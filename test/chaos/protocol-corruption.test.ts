import { afterAll, describe, expect, it } from 'vitest'
import { ConnectionLostError, ProtocolViolationError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** A message of the server: type, length, body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const withLength = (...length: number[]) => {
  return (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 1), Buffer.from(length), bytes.subarray(5)])
}

/** What no parser can make sense of. */
const nonsense: Record<string, (bytes: Buffer) => Buffer> = {
  'a message of no known type': (bytes) => Buffer.concat([Buffer.from('~'), bytes.subarray(1)]),
  'a row with more fields than it has bytes': () => message('D', Buffer.from([0x7f, 0xff, 0, 0, 0, 1])),
  'a description that ends too early': () => message('T', Buffer.from([0, 9, 0x61])),
  'an error without fields': () => message('E', Buffer.from([0])),
  // pg's parser would read these two for ever.
  'an error cut short': () => message('E', Buffer.from('SERROR\0C22012\0Mdivision')),
  'a notice cut short behind a field': () => message('N', Buffer.from('SWARNING\0')),
  'a length below its own': withLength(0, 0, 0, 1),
  'a negative length': withLength(0xff, 0xff, 0xff, 0xf0),
  'a length of two gigabytes': withLength(0x7f, 0xff, 0xff, 0xff),
}

/** What is no answer to what was asked. */
const outOfStep: Record<string, (bytes: Buffer) => Buffer> = {
  'a row nobody described': () => message('D', Buffer.from([0, 1, 0, 0, 0, 1, 0x61])),
  'a second ReadyForQuery': (bytes) => Buffer.concat([message('Z', Buffer.from('I')), bytes]),
}

/** What comes at the wrong moment, or makes pg do something odd. */
const odd: Record<string, (bytes: Buffer) => Buffer> = {
  'a request for a password': () => message('R', Buffer.from([0, 0, 0, 3])),
  'a COPY nobody asked for': () => message('G', Buffer.from([0, 0, 0])),
  'a notification cut in half': () => message('A', Buffer.from([0, 0])),
  'a parameter cut in half': () => message('S', Buffer.from('a')),
}

describe.each(Object.entries({ ...nonsense, ...outOfStep }))('%s', (_, corrupt) => {
  it('in an answer ends the session, and its statements are unknown (txpostgres 7)', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    world.proxy.corrupt('toClient', corrupt)
    for (const lost of [world.ask(connection, 'select 1'), world.write(connection)]) {
      const error = await lost.catch((told: unknown) => told)
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error).toMatchObject({ outcome: 'unknown', failure: { kind: 'protocol' } })
      expect((error as Error).cause).toBeInstanceOf(ProtocolViolationError)
    }
    await connection.ready()
    await world.write(connection)
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
  })
})

describe.each(Object.entries(nonsense))('%s', (_, corrupt) => {
  it('while idle ends the session', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    await connection.listen('a')
    world.proxy.corrupt('toClient', corrupt)
    await server.sql(`select pg_notify('a', 'this is lost')`)
    const { failure } = await world.told(connection, 'lost')
    expect(failure).toMatchObject({ kind: 'protocol', phase: 'idle' })
    expect(failure.error).toBeInstanceOf(ProtocolViolationError)
    expect(await world.told(connection, 'gap')).toMatchObject({ channels: ['a'], reason: 'lost' })
  })

  it('while connecting is a failed attempt (txpostgres 13)', async () => {
    await using world = await openWorld({ server, proxy: true })
    const connection = world.connection()
    world.proxy.corrupt('toClient', corrupt)
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { kind: 'protocol', phase: 'connecting' },
    })
    await connection.connect()
  })
})

describe.each(Object.entries(odd))('%s', (_, corrupt) => {
  it('in an answer leaves nobody waiting, and nobody is told what is not so', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { statementTimeoutMs: 500, whileDown: { waitMs: 5000 } },
    })
    const connection = world.connections[0]!
    world.proxy.corrupt('toClient', corrupt)
    const asked = Array.from({ length: 5 }, (__, index) =>
      connection.query('select $1::int as index', [index]),
    )
    for (let times = 0; times < 5; times++) void world.write(connection)
    await world.settled()
    const told = await Promise.allSettled(asked)
    const answers = told.map((each) => (each.status === 'fulfilled' ? each.value.rows : 'none'))
    expect(answers).toEqual(answers.map((rows, index) => (rows === 'none' ? rows : [{ index }])))
    await world.write(connection).catch(() => {})
    await connection.ready()
    await world.write(connection)
  })
})
