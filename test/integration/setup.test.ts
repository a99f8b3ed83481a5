import { afterAll, describe, expect, it } from 'vitest'
import { ConnectFailedError, type ConnectionConfig, type Session } from '../../src/index.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('settings', () => {
  it('are applied to every session before setup', async () => {
    const world = await worldOfTest(server)
    const seen: unknown[] = []
    const connection = await world.connect({
      settings: { work_mem: '3MB', 'pgs.tenant': `it's "quoted"`, search_path: 'pg_catalog, "$user"' },
      setup: async (session) => {
        const { rows } = await session.query(
          `select current_setting('work_mem') as mem, current_setting('pgs.tenant') as tenant`,
        )
        seen.push(rows[0])
      },
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(seen).toEqual([
      { mem: '3MB', tenant: `it's "quoted"` },
      { mem: '3MB', tenant: `it's "quoted"` },
    ])
    expect((await connection.query('show search_path')).rows).toEqual([
      { search_path: 'pg_catalog, "$user"' },
    ])
  })

  it('that the server refuses make a failed attempt', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({ settings: { no_such_setting: 'x' } })
    const failing = connection.connect()
    await expect(failing).rejects.toBeInstanceOf(ConnectFailedError)
    await expect(failing).rejects.toMatchObject({ hopeless: false, attempts: 1, cause: { code: '42704' } })
    expect(connection.state).toBe('dead')
  })
})

describe('setup', () => {
  it('runs on every new session before anything else, with all that a session offers', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const order: string[] = []
    const connection = await world.connect({
      setup: async (session) => {
        order.push(`setup of ${session.processId}`)
        await session.query('begin; set local work_mem = $$3MB$$; commit')
        await session.transaction(async (tx) => {
          await tx.transaction((nested) => nested.query('create temp table made (n int)'))
        })
        await session.execute('insert into made values (7)')
      },
    })
    const first = connection.processId
    expect((await connection.query('select n from made')).rows).toEqual([{ n: 7 }])
    await world.kill(connection)
    await world.told(connection, 'lost')
    const waiting = connection.query('select n from made').then(({ rows }) => {
      order.push('what waited')
      return rows
    })
    expect(await waiting).toEqual([{ n: 7 }])
    expect(order).toEqual([`setup of ${first}`, `setup of ${connection.processId}`, 'what waited'])
  })

  it.each<[string, NonNullable<ConnectionConfig['setup']>, object]>([
    [
      'throws',
      () => {
        throw new Error('not today')
      },
      { message: 'not today' },
    ],
    ['rejects', () => Promise.reject(new Error('not today')), { message: 'not today' }],
    ['is refused by the server', (session) => session.query('selec'), { code: '42601' }],
  ])('that %s makes a failed attempt, and leaves no session behind', async (_, setup, cause) => {
    const world = await worldOfTest(server)
    const connection = world.connection({ setup })
    const error: unknown = await connection.connect().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectFailedError)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', hopeless: false, attempts: 1, cause })
    expect(connection.state).toBe('dead')
    expect(connection.processId).toBeUndefined()
    await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  })

  it('that fails at first is tried again by the schedule, with a new session each time (txpostgres point 14)', async () => {
    const world = await worldOfTest(server)
    const pids: number[] = []
    const connection = await world
      .connection({
        reconnect: { backoff: () => [0, 1, 1, 1] },
        setup: (session) => {
          pids.push(session.processId)
          if (pids.length < 3) throw new Error('not yet')
        },
      })
      .connect({ deadlineMs: 5000 })
    expect(new Set(pids).size).toBe(3)
    expect(connection.processId).toBe(pids[2])
  })

  it('that never ends is bounded by connectTimeoutMs', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({ connectTimeoutMs: 150, setup: () => new Promise(() => {}) })
    const began = performance.now()
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { kind: 'timeout', phase: 'connecting' },
    })
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('that waits for the server longer than connectTimeoutMs leaves no backend behind', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({
      connectTimeoutMs: 150,
      setup: (session) => session.query('select pg_sleep(30)'),
    })
    await expect(connection.connect()).rejects.toMatchObject({ failure: { kind: 'timeout' } })
  })

  it('that leaves a transaction open has it rolled back, with a warning', async () => {
    const world = await worldOfTest(server)
    for (const setup of [
      (session: Session) => session.query('begin; create temp table made (n int)'),
      (session: Session) => void session.query('begin; create temp table made (n int)'),
    ]) {
      const connection = await world.connect({ setup })
      expect(await world.told(connection, 'warning')).toMatchObject({ reason: 'transactionLeftOpen' })
      expect(connection.transactionStatus).toBe('idle')
      await expect(connection.query('select * from made')).rejects.toMatchObject({ code: '42P01' })
    }
  })

  it('may raise notices and notify, which are told when the connection is up', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({
      setup: (session) =>
        session.query(`listen "set up"; notify "set up", 'x'; do $$ begin raise notice 'hi'; end $$`),
    })
    const heard: string[] = []
    connection.addNotifyObserver(({ payload }) => heard.push(payload))
    await connection.connect()
    expect((await world.told(connection, 'notice')).notice).toMatchObject({ message: 'hi' })
    await world.told(connection, 'notification')
    expect(heard).toEqual(['x'])
  })

  it('that is killed by the server makes a failed attempt, tried again', async () => {
    const world = await worldOfTest(server)
    let attempts = 0
    const connection = await world
      .connection({
        reconnect: { backoff: () => [0, 1, 1] },
        setup: async (session) => {
          if (++attempts === 1) await session.query('select pg_terminate_backend(pg_backend_pid())')
        },
      })
      .connect({ deadlineMs: 5000 })
    expect(attempts).toBe(2)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})

describe('idempotent', () => {
  it('is accepted in a config and as an option', async () => {
    const connection = await openConnection(server)
    expect((await connection.query({ text: 'select 1 as n', idempotent: true })).rows).toEqual([{ n: 1 }])
    expect((await connection.query('select 1 as n', [], { idempotent: true })).rows).toEqual([{ n: 1 }])
    expect(await connection.execute('select 1', [], { idempotent: false })).toBe(1)
    expect(await connection.transaction(() => 5, { idempotent: true })).toBe(5)
  })

  it('repeats a statement that was written when its session died', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const asked = connection.query('select pg_sleep(0.2), pg_backend_pid() as pid', [], { idempotent: true })
    const other = connection.query('select pg_sleep(0.2)')
    await world.running(connection, '%pg_sleep%')
    const { processId } = connection
    await world.kill(connection)
    await expect(other).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    const { rows } = await asked
    expect(rows[0].pid).not.toBe(processId)
  })
})
