import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { Connection, connect, InvalidOptionError } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('what a connection tells of itself', () => {
  it('before it is connected is nothing of a session', () => {
    const connection = new Connection(server.url)
    expect(connection.state).toBe('idle')
    expect(connection.isUsable).toBe(false)
    expect(connection.pending).toBe(0)
    expect(connection.processId).toBeUndefined()
    expect(connection.serverVersion).toBeUndefined()
    expect(connection.host).toBeUndefined()
    expect(connection.transactionStatus).toBeUndefined()
    expect(connection.unsafeClient).toBeUndefined()
    expect(connection.notifyObservers.size).toBe(0)
  })

  it('while it is connected is what the server says', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.query(
      `select pg_backend_pid() as pid, current_setting('server_version_num')::int as version`,
    )
    expect(rows).toEqual([{ pid: connection.processId, version: connection.serverVersion }])
    expect(connection.host).toEqual({ host: server.host, port: server.port })
    expect(connection.isUsable).toBe(true)
    expect(connection.transactionStatus).toBe('idle')
  })

  it('follows what it does: pending, state and transactionStatus', async () => {
    const connection = await openConnection(server)
    expect(connection.state).toBe('connected')
    const asked = [connection.query('select 1'), connection.query('select 1')]
    expect([connection.pending, connection.state]).toEqual([2, 'querying'])
    await Promise.all(asked)
    expect([connection.pending, connection.state]).toEqual([0, 'connected'])
    const failing = connection.transaction(async (tx) => {
      expect(connection.state).toBe('inTransaction')
      expect(connection.pending).toBe(0)
      expect(connection.transactionStatus).toBe('inTransaction')
      const query = tx.query('select 1/0')
      expect(connection.pending).toBe(1)
      await expect(query).rejects.toMatchObject({ code: '22012' })
      expect(connection.state).toBe('inTransaction')
      expect(connection.transactionStatus).toBe('failed')
      expect(connection.isUsable).toBe(true)
      throw new Error('back')
    })
    await expect(failing).rejects.toThrow('back')
    expect([connection.state, connection.transactionStatus]).toEqual(['connected', 'idle'])
    await connection.end()
    expect([connection.state, connection.isUsable]).toEqual(['closed', false])
    expect(connection.processId).toBeUndefined()
    expect(connection.unsafeClient).toBeUndefined()
  })

  it('is the same in the chart, one loop turn later', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await connection.query('select 1')
    await connection.transaction((tx) => tx.query('select 1'))
    await eventually(() => world.states(connection).at(-1) === 'connected', { what: 'the chart is at rest' })
    expect(world.states(connection).slice(0, 3)).toEqual(['idle', 'connecting', 'connected'])
    expect(world.states(connection)).toContain('querying')
    expect(world.states(connection)).toContain('inTransaction')
    expect(connection.actor.getSnapshot().value).toEqual({ attached: 'connected' })
  })

  it('has a name of its own, or the one it was given', async () => {
    const connections = [new Connection(server.url), new Connection(server.url)]
    expect(connections[0]?.name).toMatch(/^connection \d+$/)
    expect(connections[0]?.name).not.toBe(connections[1]?.name)
    const named = await openConnection(server, { name: 'jobs', queueLimit: 1 })
    expect(named.name).toBe('jobs')
    const asked = named.query('select 1')
    await expect(named.query('select 1')).rejects.toMatchObject({ connectionName: 'jobs', message: /jobs/ })
    await asked
  })

  it('hands out the live client, a new one for each session', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const client = connection.unsafeClient
    expect(client).toBeInstanceOf(pg.Client)
    const { rows } = await client!.query('select 7 as n')
    expect(rows).toEqual([{ n: 7 }])
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(connection.unsafeClient).not.toBe(client)
  })

  it('heals itself of a transaction that was begun behind its back', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await connection.unsafeClient?.query('begin')
    await connection.query('select 1')
    expect(await world.told(connection, 'warning')).toMatchObject({ reason: 'transactionLeftOpen' })
    await eventually(() => connection.transactionStatus === 'idle', { what: 'it is rolled back' })
  })
})

describe('connect()', () => {
  it('the function opens a connection, and rejects for a bad config', async () => {
    await using connection = await connect(server.url)
    expect(connection).toBeInstanceOf(Connection)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    const failing = connect({ queueLimit: -1 })
    expect(failing).toBeInstanceOf(Promise)
    await expect(failing).rejects.toBeInstanceOf(InvalidOptionError)
  })

  it('the method resolves with the connection itself, as ready() does (txpostgres 11, point 1)', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const ready = connection.ready()
    expect(await connection.connect()).toBe(connection)
    expect(await ready).toBe(connection)
    expect(await connection.ready()).toBe(connection)
  })

  it('leaving a block with `await using` ends it', async () => {
    let kept: Connection
    {
      await using connection = await connect(server.url)
      kept = connection
    }
    expect(kept.state).toBe('closed')
  })
})

describe('ready()', () => {
  it('waits in idle, for as long as it may', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    await expect(connection.ready({ timeoutMs: 20 })).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'queue',
    })
    const controller = world.controller()
    const ready = connection.ready({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(ready).rejects.toThrow('enough')
    await expect(connection.ready({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
    expect(connection.state).toBe('idle')
  })

  it('rejects when the connection is closed or given up first', async () => {
    const world = await worldOfTest(server)
    const closed = world.connection()
    const ready = closed.ready()
    await closed.end()
    await expect(ready).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await expect(closed.ready()).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    const dead = world.connection({
      database: 'pgs_none',
      connectionString: undefined,
      ...loginTo(server),
    } as never)
    const waiting = dead.ready()
    await expect(dead.connect()).rejects.toMatchObject({ code: 'CONNECT_FAILED', hopeless: true })
    await expect(waiting).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    await expect(dead.ready()).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  })
})

const loginTo = ({ host, port, user, password }: typeof server) => ({ host, port, user, password })
