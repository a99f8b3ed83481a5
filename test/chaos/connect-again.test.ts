import { afterAll, describe, expect, it } from 'vitest'
import { AlreadyConnectedError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Long enough that nobody comes back by the schedule while a test runs. */
const slowly = { reconnect: { backoff: () => [0, 60_000, 60_000] } }

describe('a second connect()', () => {
  it('is refused in every state that has a session or makes one, and changes nothing (txpostgres 12, point 13)', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    const connecting = connection.connect()
    await expect(connection.connect()).rejects.toBeInstanceOf(AlreadyConnectedError)
    await connecting
    const { processId } = connection
    await expect(connection.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
    const running = world.ask(connection, 'select pg_sleep(0.05)')
    await expect(connection.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
    await running
    await connection.transaction(async (tx) => {
      await expect(connection.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
      await tx.query('select 1')
    })
    const ending = connection.end()
    await expect(connection.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
    expect(processId).toBeGreaterThan(0)
    await ending
    expect(world.noticesOf(connection, 'connected')).toHaveLength(1)
  })

  it('starts a new life after end() (txpostgres 12, 14, point 1)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await connection.end()
    await connection.connect()
    await world.write(connection)
    expect(world.noticesOf(connection, 'connected').map(({ recovered }) => recovered)).toEqual([false, false])
  })
})

describe('connect() while reconnecting', () => {
  it('skips the delay that is left', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1, config: slowly })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting', 2)
    await world.proxy.listen()
    await expect(connection.connect()).resolves.toBe(connection)
    expect(world.noticesOf(connection, 'connected')).toMatchObject([
      { recovered: false },
      { recovered: true },
    ])
  })

  it('rejects when the attempt fails, and the schedule goes on', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { reconnect: { backoff: () => [0, 60_000, 300, 0] } },
    })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting', 2)
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { code: 'ECONNREFUSED' },
    })
    expect(connection.state).toBe('reconnecting')
    await world.proxy.listen()
    await connection.ready()
    expect(world.noticesOf(connection, 'dead')).toEqual([])
  })

  it('joins the attempt that is under way', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const held = world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    const attempts = world.storm.attempts.length
    world.proxy.cut()
    await held.arrived()
    const joined = [connection.connect(), connection.connect(), connection.ready()]
    held.release()
    expect(await Promise.all(joined)).toEqual([connection, connection, connection])
    expect(world.storm.attempts).toHaveLength(attempts + 1)
  })

  it('is abandoned by its signal, and the schedule goes on', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const held = world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    world.proxy.cut()
    await held.arrived()
    const controller = world.controller()
    const joined = connection.connect({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(joined).rejects.toThrow('enough')
    expect(connection.state).toBe('reconnecting')
    held.release()
    await connection.ready()
  })

  it('heeds its own deadline, and the schedule goes on', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const held = world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    world.proxy.cut()
    await held.arrived()
    await expect(connection.connect({ deadlineMs: 50 })).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(connection.state).toBe('reconnecting')
    held.release()
    await connection.ready()
  })
})
