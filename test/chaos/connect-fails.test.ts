import { afterAll, describe, expect, it } from 'vitest'
import { ConnectFailedError } from '../../src/index.ts'
import { openBlackHole } from '../support/black-hole.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const connectTimeoutMs = 300

/** connect() fails within the deadline, leaves the connection dead, and nothing goes on in the background. */
async function failsOnce(world: World, url: string) {
  const connection = world.connection({ connectionString: url, connectTimeoutMs })
  const began = performance.now()
  const error: unknown = await connection.connect().catch((reason: unknown) => reason)
  expect(performance.now() - began).toBeLessThan(connectTimeoutMs + 5000)
  expect(error).toBeInstanceOf(ConnectFailedError)
  expect(world.states(connection)).toEqual(['idle', 'connecting', 'dead'])
  expect(world.noticesOf(connection, 'dead')).toHaveLength(1)
  expect(world.noticesOf(connection, 'lost')).toEqual([])
  await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  expect(world.clock.openTimers).toEqual([])
  expect(world.storm.attempts).toHaveLength(1)
  return { connection, error: error as ConnectFailedError }
}

describe('connect()', () => {
  it('fails at a port that refuses, and works once the port does (txpostgres 13, point 13)', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.refuse()
    const { connection, error } = await failsOnce(world, world.url)
    expect(error).toMatchObject({
      attempts: 1,
      hopeless: false,
      retrySafe: true,
      outcome: 'notApplied',
      failure: { kind: 'network', code: 'ECONNREFUSED', phase: 'connecting' },
      cause: { code: 'ECONNREFUSED' },
    })
    await world.proxy.listen()
    await connection.connect()
    expect((await world.ask(connection, 'select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('fails at its deadline when the network swallows it (txpostgres point 12)', async () => {
    using hole = await openBlackHole()
    await using world = await openWorld({ server })
    const url = new URL(server.url)
    url.host = `${hole.host}:${hole.port}`
    const { error } = await failsOnce(world, url.href)
    expect(error).toMatchObject({ failure: { kind: 'timeout', phase: 'connecting' }, hopeless: false })
  })

  it('fails at its deadline when the server accepts and says nothing', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.acceptThenSilent()
    const { error } = await failsOnce(world, world.url)
    expect(error).toMatchObject({ failure: { kind: 'timeout', phase: 'connecting' } })
    await eventually(() => world.proxy.connections === 0, { what: 'the socket is closed' })
  })

  it('fails at its deadline when the server falls silent after authentication', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    const { error } = await failsOnce(world, world.url)
    expect(error).toMatchObject({ failure: { kind: 'timeout', phase: 'connecting' } })
  })

  it('fails when the server hangs up in the middle', async () => {
    await using world = await openWorld({ server, proxy: true })
    const held = world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    const failing = failsOnce(world, world.url)
    await held.arrived()
    world.proxy.fin()
    const { error } = await failing
    expect(error).toMatchObject({ failure: { kind: 'closed', phase: 'connecting' } })
  })

  it('fails when the server talks nonsense', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.corrupt('toClient')
    const { error } = await failsOnce(world, world.url)
    expect(error).toMatchObject({ failure: { phase: 'connecting' } })
  })

  it('fails at its deadline when setup never ends', async () => {
    await using world = await openWorld({ server, config: { setup: () => new Promise(() => {}) } })
    const { error } = await failsOnce(world, world.url)
    expect(error).toMatchObject({ failure: { kind: 'timeout', phase: 'connecting' } })
  })

  it('fails at its deadline when the password never comes', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection({
      connectionString: '',
      host: server.host,
      port: server.port,
      user: server.user,
      database: server.database,
      password: () => new Promise<string>(() => {}),
      connectTimeoutMs,
    })
    await expect(connection.connect()).rejects.toMatchObject({ failure: { kind: 'timeout' } })
  })

  it('keeps trying until its own deadline, in state connecting throughout (txpostgres point 13)', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.refuse()
    const connection = world.connection({ reconnect: { backoff: () => Array<number>(1000).fill(50) } })
    await expect(connection.connect({ deadlineMs: 400 })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { code: 'ECONNREFUSED' },
    })
    expect(world.states(connection)).toEqual(['idle', 'connecting', 'dead'])
    expect(world.storm.attempts.length).toBeGreaterThan(2)

    const connecting = connection.connect({ deadlineMs: 5000 })
    await world.proxy.listen()
    await connecting
    expect(world.states(connection)).toEqual(['idle', 'connecting', 'dead', 'connecting', 'connected'])
  })

  it('is aborted back to where it was (txpostgres point 13)', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.acceptThenSilent()
    const connection = world.connection()
    const reason = new Error('enough')
    for (const before of ['idle', 'closed'] as const) {
      const controller = world.controller()
      const connecting = connection.connect({ signal: controller.signal })
      expect(connection.state).toBe('connecting')
      controller.abort(reason)
      await expect(connecting).rejects.toBe(reason)
      expect(connection.state).toBe(before)
      await eventually(() => world.proxy.connections === 0, { what: 'the socket is closed' })
      await connection.end()
    }
    world.proxy.pass()
    await connection.connect()
    expect(connection.state).toBe('connected')
  })

  it('is aborted back to dead', async () => {
    await using world = await openWorld({ server, proxy: true })
    world.proxy.refuse()
    const connection = world.connection()
    await expect(connection.connect()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    world.proxy.acceptThenSilent()
    await world.proxy.listen()
    const controller = world.controller()
    const connecting = connection.connect({ signal: controller.signal })
    const asked = [
      connection.query('select 1'),
      connection.ready(),
      connection.listen('orders'),
      connection.transaction(() => undefined),
    ]
    controller.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    for (const refused of asked) await expect(refused).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    expect(connection.state).toBe('dead')
    for (const refused of [connection.query('select 1'), connection.ready(), connection.listen('orders')])
      await expect(refused).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    await eventually(() => world.proxy.connections === 0, { what: 'the socket is closed' })
    expect(world.states(connection)).toEqual(['idle', 'connecting', 'dead', 'connecting', 'dead'])
    // That was told when it failed.
    expect(world.noticesOf(connection, 'dead')).toHaveLength(1)
    world.proxy.pass()
    await connection.connect()
    expect(connection.state).toBe('connected')
  })
})
