// What the tests of txpostgres assert of it, and no other test here asserts of us. docs/txpostgres-parity.md has the rest.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Connection,
  ConnectionDeadError,
  ConnectionLostError,
  type Notification,
  sqlState,
} from '../../src/index.ts'
import { VirtualClock } from '../../src/model/virtual-clock.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
beforeAll(() => server.sql('create table simple (x int)'))
afterAll(() => server.dispose())

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a connection', () => {
  it('opens and closes, in autocommit (txpostgres 10, 11)', async () => {
    const connection = await openConnection(server)
    await connection.query('insert into simple values (10)')
    expect(await server.sql('select x from simple where x = 10')).toEqual([{ x: 10 }])
    await connection.end()
    expect(connection.state).toBe('closed')
  })

  it("that is cut off while it waits for an answer passes the driver's own error on (txpostgres 5)", async () => {
    const world = await worldOfTest(server, { proxy: true })
    const connection = await world.connect()
    const asked = world.ask(connection, 'select pg_sleep(30)')
    await world.running(connection, '%pg_sleep%')
    world.proxy.cut()
    const error = await rejection(asked)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ cause: { code: 'ECONNRESET' }, failure: { kind: 'network' } })
  })

  it('that terminates itself is told why, and then that it is dead (txpostgres 31)', async () => {
    const world = await worldOfTest(server, { config: { reconnect: false } })
    const connection = await world.connect()
    const error = await rejection(connection.query('select pg_terminate_backend(pg_backend_pid())'))
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ cause: { code: '57P01', severity: 'FATAL' } })
    expect(await rejection(connection.query('select 1'))).toBeInstanceOf(ConnectionDeadError)
  })

  it('rejects both the running and the queued when both are cancelled (txpostgres 45)', async () => {
    const world = await worldOfTest(server, { config: { pipeline: false } })
    const connection = await world.connect()
    const controller = world.controller()
    const { signal } = controller
    const running = rejection(connection.query('select pg_sleep(30)', [], { signal }))
    const queued = rejection(connection.query('select pg_sleep(30)', [], { signal }))
    await world.running(connection, '%pg_sleep%')
    const reason = new Error('never mind')
    controller.abort(reason)
    expect(await Promise.all([running, queued])).toEqual([reason, reason])
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('recovers on a schedule from what its checker finds deadly (txpostgres 59)', async () => {
    const clock = new VirtualClock()
    const connection = new Connection({
      connectionString: server.url,
      clock,
      reconnect: { isDead: sqlState('22'), backoff: () => [1000, 1000, 1000] },
    })
    let recoveries = 0
    connection.addRecoveryHandler(() => recoveries++)
    await connection.connect()
    await connection.query('select 1')
    expect(connection.state).toBe('connected')
    const failing = connection.query('select 1 / 0')
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    await expect(connection.query('select 1')).rejects.toBeInstanceOf(ConnectionDeadError)
    await eventually(() => connection.state === 'reconnecting', { what: 'it waits for its next attempt' })
    await clock.advanceAsync(999)
    expect(recoveries).toBe(0)
    await clock.advanceAsync(1)
    await connection.ready()
    expect(recoveries).toBe(1)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await connection.end()
  })
})

describe('statements one after the other on a session', () => {
  it('answer and see what the ones before have done (txpostgres 17, 20)', async () => {
    const connection = await openConnection(server)
    const rows = await connection.session(async (session) => {
      expect((await session.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      await session.query('create temp table numbers (x int)')
      for (const x of [1, 2, 3]) await session.query('insert into numbers values ($1)', [x])
      return (await session.query('select x from numbers order by x')).rows
    })
    expect(rows).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }])
  })

  it('may be a transaction by hand, which sees its own rows until it is rolled back (txpostgres 24)', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const stored = async () => (await session.query('select x from simple where x > 100 order by x')).rows
      await session.query('begin')
      await session.query('insert into simple values (101)')
      await session.query('insert into simple values (102)')
      expect(await stored()).toEqual([{ x: 101 }, { x: 102 }])
      await session.query('rollback')
      expect(await stored()).toEqual([])
    })
  })
})

describe('a transaction', () => {
  it('whose statement the server refuses is rolled back, with the error of the server (txpostgres 29)', async () => {
    const connection = await openConnection(server)
    const failing = connection.transaction(async (tx) => {
      await tx.query('insert into simple values (29)')
      await tx.query('select * from there_is_no_such_table')
    })
    await expect(failing).rejects.toMatchObject({ code: '42P01' })
    expect((await connection.query('select count(*)::int as n from simple where x = 29')).rows).toEqual([
      { n: 0 },
    ])
  })
})

describe('an observer', () => {
  it('that was never added can be removed, and twice: the other stays (txpostgres 47)', () => {
    const connection = new Connection()
    const stays = () => undefined
    const goes = () => undefined
    connection.addNotifyObserver(stays)
    connection.addNotifyObserver(goes)
    connection.removeNotifyObserver(goes)
    connection.removeNotifyObserver(goes)
    connection.removeNotifyObserver(() => undefined)
    expect([...connection.notifyObservers]).toEqual([stays])
  })

  it('hears nothing any more after unlisten() (txpostgres 50)', async () => {
    const connection = await openConnection(server)
    const heard: string[] = []
    connection.addNotifyObserver(({ payload }) => heard.push(payload))
    await connection.listen('txpostgres a')
    await connection.notify('txpostgres a', '1')
    await connection.unlisten('txpostgres a')
    await connection.notify('txpostgres a', '2')
    // What the server sent before this answer has arrived, too.
    await connection.query('select 1')
    expect(heard).toEqual(['1'])
  })

  it('that asks a question for each of ten notifications hears ten (txpostgres 58)', async () => {
    const connection = await openConnection(server)
    const heard: Notification[] = []
    await connection.listen('txpostgres b', async (notification) => {
      await connection.query('select 1')
      heard.push(notification)
    })
    await server.sql(`select pg_notify('txpostgres b', n::text) from generate_series(1, 10) n`)
    await eventually(() => heard.length >= 10, { what: 'ten calls' })
    await connection.query('select 1')
    await connection.query('select 1')
    expect(heard.map(({ payload }) => payload)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
  })
})
