// Whatever the user's own code does where nobody awaits it, the connection lives on and tells of it.
import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, ConnectionConfig, ConnectionNotice } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const thrown = new Error('by the user')
const throws = (): never => {
  throw thrown
}
// The types of callbacks forbid a promise; what users write does not always heed them.
const rejects = (() => Promise.reject(thrown)) as () => never
const ways = [
  ['throws', throws],
  ['rejects', rejects],
] as const

/** A life with everything in it: statements, a transaction, a notification, a notice, a loss and a recovery. */
async function live(world: World, connection: Connection): Promise<void> {
  if (connection.state === 'idle') await connection.connect()
  const sessions = world.noticesOf(connection, 'connected').length
  await connection.listen('a')
  await connection.query(`do $$ begin raise notice 'hear'; end $$`)
  await connection.notify('a', 'there')
  await connection.transaction((tx) => tx.query('select 1'))
  await connection.query('this is no SQL').catch(() => {})
  await world.kill(connection)
  await world.told(connection, 'connected', sessions + 1)
  await world.write(connection)
}

const errorsTold = (world: World, connection: Connection) =>
  world.noticesOf(connection, 'listenerError').map(({ error, during }) => ({ error, during }))

describe.each(ways)('a listener that %s', (_, misbehave) => {
  const types: ConnectionNotice['type'][] = [
    'state',
    'connected',
    'lost',
    'reconnecting',
    'notification',
    'gap',
    'notice',
  ]

  it('is told of, and harms nobody', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    for (const type of types) connection.on(type, misbehave)
    await live(world, connection)
    const told = new Set(errorsTold(world, connection).map(({ during }) => during))
    for (const type of types) expect(told).toContain(`a listener of '${type}'`)
  })

  it('does not tell of itself for ever', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    connection.on('listenerError', misbehave)
    connection.on('connected', misbehave)
    await connection.connect()
    await world.write(connection)
    expect(errorsTold(world, connection)).toEqual([{ error: thrown, during: `a listener of 'connected'` }])
  })
})

describe.each(ways)('an observer that %s', (_, misbehave) => {
  it('is told of, and hears the next notification', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    let calls = 0
    const observer = () => {
      calls++
      return misbehave()
    }
    connection.addNotifyObserver(observer)
    await connection.listen('a', observer)
    await Promise.all([connection.notify('a', '1'), connection.notify('a', '2')])
    await world.told(connection, 'listenerError', 4)
    expect(calls).toBe(4)
    await world.write(connection)
  })
})

describe.each(ways)('a recovery handler that %s', (_, misbehave) => {
  it('is told of, and the next one runs', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const rows: unknown[] = []
    connection.addRecoveryHandler(misbehave)
    connection.addRecoveryHandler(async (session) => rows.push((await session.query('select 1 as one')).rows))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(rows).toEqual([[{ one: 1 }]])
    expect(errorsTold(world, connection)).toEqual([{ error: thrown, during: 'a recovery handler' }])
  })
})

it('a recovery handler that never ends is passed over when its time is up', async () => {
  await using world = await openWorld({ server, connections: 1, config: { connectTimeoutMs: 300 } })
  const connection = world.connections[0]!
  connection.addRecoveryHandler(() => new Promise(() => {}))
  await world.kill(connection)
  await world.told(connection, 'connected', 2)
  expect(errorsTold(world, connection)).toMatchObject([{ during: 'a recovery handler' }])
  await world.write(connection)
})

it('a recovery handler whose statement never ends is passed over as well, with its statement', async () => {
  await using world = await openWorld({ server, connections: 1, config: { connectTimeoutMs: 300 } })
  const connection = world.connections[0]!
  connection.addRecoveryHandler((session) => session.query('select pg_sleep(30)'))
  connection.addRecoveryHandler(async (session) => {
    await session.query('begin')
    await session.query('select pg_sleep(30)')
  })
  await world.kill(connection)
  expect(await world.told(connection, 'connected', 2)).toMatchObject({ recovered: true })
  await world.write(connection)
})

describe('a judge that throws', () => {
  it('has found the failure deadly, where it is isDead', async () => {
    await using world = await openWorld({ server, connections: 1, config: { reconnect: { isDead: throws } } })
    const connection = world.connections[0]!
    await expect(connection.query('this is no SQL')).rejects.toMatchObject({ code: '42601' })
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
    expect(errorsTold(world, connection)).toEqual([{ error: thrown, during: 'reconnect.isDead' }])
  })

  it('is told of, where it is isHopeless', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      config: { reconnect: { isHopeless: throws } },
    })
    const connection = await world.connect()
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'listenerError')
    expect(errorsTold(world, connection)[0]).toEqual({ error: thrown, during: 'reconnect.isHopeless' })
  })
})

describe.each(ways)('a setup that %s', (_, misbehave) => {
  it('is a failed attempt, on the first connect and on a recovery', async () => {
    await using world = await openWorld({ server })
    let isBroken = true
    const connection = world.connection({ setup: () => (isBroken ? misbehave() : undefined) })
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      cause: thrown,
      failure: { phase: 'connecting' },
    })
    isBroken = false
    await connection.connect()
    isBroken = true
    await world.kill(connection)
    await world.told(connection, 'reconnecting', 2)
    isBroken = false
    await connection.ready()
    await world.write(connection)
  })
})

/** Where the user's code is called without being awaited by anybody of the user's. */
const options: Record<string, (misbehave: () => never) => ConnectionConfig> = {
  'a logger': (misbehave) => ({
    logger: { debug: misbehave, info: misbehave, warn: misbehave, error: misbehave },
  }),
  'an inspect callback': (misbehave) => ({ inspect: misbehave }),
  'the start of a monitor': (misbehave) => ({
    monitors: [{ name: 'broken', start: misbehave }],
  }),
  'the end of a monitor': (misbehave) => ({
    monitors: [{ name: 'broken', start: () => misbehave }],
  }),
}

describe.each(Object.entries(options))('%s', (name, config) => {
  it.each(ways)('that %s harms nobody', async (_, misbehave) => {
    await using world = await openWorld({ server })
    const connection = world.connection(config(misbehave))
    await live(world, connection)
    await connection.end()
    const isLogger = name === 'a logger'
    expect(errorsTold(world, connection).length > 0).toBe(!isLogger)
  })
})

describe('a schedule that throws half way', () => {
  it('is exhausted', async () => {
    await using world = await openWorld({ server, proxy: true })
    const connection = await world.connect({
      reconnect: {
        *backoff() {
          yield 0
          throw thrown
        },
      },
    })
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'dead')
    expect(errorsTold(world, connection)).toEqual([{ error: thrown, during: 'reconnect.backoff' }])
  })
})

describe('what makes clients and passwords', () => {
  it('fails the attempt when it throws', async () => {
    await using world = await openWorld({ server })
    const { host, port, user, database } = server
    for (const config of [
      { clientFactory: throws },
      { connectionString: '', host, port, user, database, password: throws },
      { connectionString: '', host, port, user, database, password: rejects },
    ]) {
      const connection = world.connection(config)
      await expect(connection.connect()).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: thrown })
    }
  })
})

describe('what makes rows', () => {
  it('fails its own statement when it throws, and no other', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const types = { getTypeParser: () => throws }
    const asked = [
      world.write(connection),
      connection.query('select 1', [], { mapRow: throws }),
      connection.query({ text: 'select 1', types }),
      connection.query('select 1 as one'),
      world.write(connection),
    ]
    const told = await Promise.allSettled(asked)
    expect(told.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(told.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))).toEqual([
      thrown,
      thrown,
    ])
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})
