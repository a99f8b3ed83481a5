import { afterAll, describe, expect, it } from 'vitest'
import type { Session } from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const waiting = { whileDown: { waitMs: 5000 } } as const

describe('a recovery handler', () => {
  it('runs on each recovery and not on the first connect, in order, on the new session', async () => {
    const world = await worldOfTest(server, { config: waiting })
    const connection = world.connection()
    const seen: string[] = []
    const handler = (name: string) => async (session: Session) => {
      const { rows } = await session.query('select pg_backend_pid() as pid')
      expect(rows[0].pid).toBe(session.processId)
      seen.push(`${name} ${connection.state}`)
    }
    connection.addRecoveryHandler(handler('first'))
    const remove = connection.addRecoveryHandler(handler('second'))
    await connection.connect()
    expect(seen).toEqual([])
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(seen).toEqual(['first reconnecting', 'second reconnecting'])
    remove()
    await world.kill(connection)
    await world.told(connection, 'connected', 3)
    expect(seen).toEqual(['first reconnecting', 'second reconnecting', 'first reconnecting'])
  })

  it('runs behind setup, LISTENs and `gap`, and before `connected` and what waits', async () => {
    const world = await worldOfTest(server, { config: waiting })
    const order: string[] = []
    const connection = world.connection({ setup: () => order.push('setup') })
    connection.on('gap', () => order.push('gap'))
    connection.on('connected', () => order.push('connected'))
    connection.on('state', ({ to }) => order.push(to))
    await connection.connect()
    await connection.listen('recovered')
    connection.addRecoveryHandler(async (session) => {
      const { rows } = await session.query('select pg_listening_channels() as c')
      order.push(`handler hears ${String(rows[0]?.c)}`)
      await session.notify('recovered', 'from the handler')
    })
    const heard: string[] = []
    connection.addNotifyObserver(({ payload }) => heard.push(payload))
    await world.kill(connection)
    await world.told(connection, 'lost')
    order.length = 0
    await connection.query('select 1').then(() => order.push('what waited'))
    expect(order.filter((word) => word !== 'dead' && word !== 'querying')).toEqual([
      'reconnecting',
      'setup',
      'gap',
      'handler hears recovered',
      'connected',
      'connected',
      'what waited',
    ])
    expect(heard).toEqual(['from the handler'])
  })

  it('that fails is reported, not fatal, and the next one runs', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const ran: string[] = []
    connection.addRecoveryHandler(() => {
      throw new Error('no good')
    })
    connection.addRecoveryHandler((session) => session.query('selec'))
    connection.addRecoveryHandler(() => ran.push('third'))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'listenerError')).toMatchObject([
      { error: { message: 'no good' }, during: 'a recovery handler' },
      { error: { code: '42601' }, during: 'a recovery handler' },
    ])
    expect(ran).toEqual(['third'])
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('that leaves a transaction open has it rolled back before anything that waits', async () => {
    const world = await worldOfTest(server, { config: waiting })
    const connection = await world.connect()
    connection.addRecoveryHandler(async (session) => {
      await session.query('begin; create temp table made (n int)')
      throw new Error('forgot to commit')
    })
    await world.kill(connection)
    await world.told(connection, 'lost')
    const asked = connection.query('select * from made')
    await expect(asked).rejects.toMatchObject({ code: '42P01' })
    expect(connection.transactionStatus).toBe('idle')
    expect(world.noticesOf(connection, 'warning')).toMatchObject([{ reason: 'transactionLeftOpen' }])
  })

  it('that never ends is passed over after connectTimeoutMs, and reported', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ connectTimeoutMs: 200 })
    connection.addRecoveryHandler(() => new Promise(() => {}))
    let ran = false
    connection.addRecoveryHandler(() => {
      ran = true
    })
    const began = performance.now()
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(performance.now() - began).toBeLessThan(5000)
    expect(world.noticesOf(connection, 'listenerError')).toHaveLength(1)
    expect(ran).toBe(false)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('whose statement never ends does not hold up what waits behind it', async () => {
    const world = await worldOfTest(server, { config: waiting })
    const connection = await world.connect({ connectTimeoutMs: 300 })
    connection.addRecoveryHandler((session) => session.query('begin; select pg_sleep(60)'))
    connection.addRecoveryHandler((session) => void session.query('select 1'))
    await world.kill(connection)
    await world.told(connection, 'lost')
    const began = performance.now()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(connection.transactionStatus).toBe('idle')
    expect(world.noticesOf(connection, 'connected')).toHaveLength(2)
  })

  it('whose session dies under it makes a failed attempt, tried again', async () => {
    const world = await worldOfTest(server, { config: { reconnect: { backoff: () => [0, 5, 5] } } })
    const connection = await world.connect()
    let runs = 0
    connection.addRecoveryHandler(async (session) => {
      if (++runs === 1) await session.query('select pg_terminate_backend(pg_backend_pid())')
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(runs).toBe(2)
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
  })

  it('runs also when connect() ends an outage that had been given up', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ reconnect: false })
    let runs = 0
    connection.addRecoveryHandler(() => runs++)
    await world.kill(connection)
    await world.told(connection, 'dead')
    await connection.connect()
    expect(runs).toBe(1)
    expect(world.noticesOf(connection, 'connected').at(-1)).toMatchObject({ recovered: true })
  })
})

describe('a new life after end()', () => {
  it('is no recovery: LISTENs are forgotten, observers, handlers and listeners stay', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const heard: string[] = []
    let recoveries = 0
    connection.addRecoveryHandler(() => recoveries++)
    connection.addNotifyObserver(({ payload }) => heard.push(payload))
    await connection.listen('former life')
    await connection.end()
    await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    const states = world.states(connection).length
    expect(await connection.connect()).toBe(connection)
    expect(world.states(connection).slice(states)).toEqual(['connecting', 'connected'])
    expect(recoveries).toBe(0)
    expect(world.noticesOf(connection, 'connected').at(-1)).toMatchObject({ recovered: false })
    expect((await connection.query('select pg_listening_channels()')).rows).toEqual([])
    expect(world.noticesOf(connection, 'gap')).toEqual([])
    expect(connection.notifyObservers.size).toBe(1)
    await connection.listen('new life')
    await connection.notify('new life', 'again')
    await world.told(connection, 'notification')
    expect(heard).toEqual(['again'])
    await world.kill(connection)
    await world.told(connection, 'connected', 3)
    expect(recoveries).toBe(1)
  })

  it('may begin again and again, and a stream of events is of one life', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const pids = new Set<number | undefined>()
    for (let life = 0; life < 3; life++) {
      const notices: string[] = []
      const reading = (async () => {
        for await (const { type } of connection.events()) notices.push(type)
      })()
      await connection.connect()
      pids.add(connection.processId)
      await connection.end()
      await reading
      expect(notices.at(-1)).toBe('closed')
    }
    expect(pids.size).toBe(3)
  })
})
