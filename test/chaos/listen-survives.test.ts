import { afterAll, describe, expect, it } from 'vitest'
import type { Notification } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a subscription', () => {
  it('survives a loss, and the gap tells of every notification that was missed (txpostgres point 15)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const heard: string[] = []
    await connection.listen('ticks', ({ payload }) => heard.push(payload))
    const sent: { payload: string; before: number; after: number }[] = []
    const over = new AbortController()
    const publishing = (async () => {
      while (!over.signal.aborted) {
        const payload = String(sent.length)
        const before = world.clock.now()
        await server.sql(`select pg_notify('ticks', $1)`, [payload])
        sent.push({ payload, before, after: world.clock.now() })
      }
    })()
    await eventually(() => heard.length > 20, { what: 'notifications come' })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    const already = heard.length
    await eventually(() => heard.length > already + 20, { what: 'notifications come again' })
    over.abort()
    await publishing
    const last = sent.at(-1)!.payload
    await eventually(() => heard.at(-1) === last, { what: 'the last one comes' })

    const [gap, ...more] = world.noticesOf(connection, 'gap')
    expect(more).toEqual([])
    expect(gap).toMatchObject({ channels: ['ticks'], reason: 'lost' })
    expect(heard.map(Number)).toEqual(heard.map(Number).toSorted((a, b) => a - b))
    expect(new Set(heard).size).toBe(heard.length)
    const missed = sent.filter(({ payload }) => !heard.includes(payload))
    for (const { before, after } of missed) {
      expect(after).toBeGreaterThanOrEqual(gap!.from)
      expect(before).toBeLessThanOrEqual(gap!.to)
    }
    // Told before any notification of the new session.
    const notices = world.notices(connection)
    const lostAt = notices.findIndex(({ type }) => type === 'lost')
    const firstAfter = notices.slice(lostAt).find(({ type }) => type === 'gap' || type === 'notification')
    expect(firstAfter).toMatchObject({ type: 'gap' })
  })

  it('was deaf since its transaction began: a server at work sends no notifications', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await connection.listen('ticks')
    let sentAt = 0
    const lost = connection.transaction(async (tx) => {
      await tx.query('select 1')
      await server.sql("select pg_notify('ticks', 'kept back')")
      sentAt = world.clock.now()
      await tx.query('select 2')
      await world.kill(connection)
      await tx.query('select 3')
    })
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    const gap = await world.told(connection, 'gap')
    expect(gap.from).toBeLessThan(sentAt)
    expect(gap.to).toBeGreaterThan(sentAt)
  })

  it('that dies again while it is restored tells of two gaps that do not overlap', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await connection.listen('ticks')
    let recoveries = 0
    connection.addRecoveryHandler(async (session) => {
      if (++recoveries > 1) return
      await server.sql('select pg_terminate_backend($1)', [session.processId])
      await session.query('select pg_sleep(10)')
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    const [first, second, ...more] = world.noticesOf(connection, 'gap')
    expect(more).toEqual([])
    expect(second!.from).toBeGreaterThanOrEqual(first!.to)
    expect(second!.to).toBeGreaterThan(second!.from)
  })

  it('hears what is sent right after the recovery, by the first statement of the queue', async () => {
    await using world = await openWorld({ server, connections: 1, config: { whileDown: { waitMs: 10_000 } } })
    const connection = world.connections[0]!
    const heard: Notification[] = []
    await connection.listen('a', (notification) => heard.push(notification))
    const queued: Promise<void>[] = []
    connection.on('lost', () => queued.push(connection.notify('a', 'first')))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await Promise.all(queued)
    await eventually(() => heard.length === 1, { what: 'it is heard' })
    expect(heard).toEqual([{ channel: 'a', payload: 'first', processId: connection.processId }])
  })

  it('that was asked for while the connection is down stands with the next session', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    const listening = connection.listen('late')
    await world.proxy.listen()
    const subscription = await listening
    await server.sql(`select pg_notify('late', 'heard')`)
    for await (const { payload } of subscription) {
      expect(payload).toBe('heard')
      break
    }
    expect((await connection.query('select pg_listening_channels()')).rowCount).toBe(0)
    // It was not promised anything before that.
    expect(world.noticesOf(connection, 'gap')).toEqual([])
  })

  it('that is closed while the connection is down is not renewed', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const kept = await connection.listen('kept')
    const left = await connection.listen('left')
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    await left.close()
    await connection.unlisten('never heard of')
    await world.proxy.listen()
    await connection.ready()
    const { rows } = await connection.query('select pg_listening_channels() as channel')
    expect(rows).toEqual([{ channel: kept.channel }])
    expect(world.noticesOf(connection, 'gap')).toMatchObject([{ channels: ['kept'] }])
  })

  it('asked for with the LISTEN cut off in flight stands all the same', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const held = world.proxy.holdNext(({ type, text }) => type === 'Q' && text.startsWith('LISTEN'))
    const listening = connection.listen('a')
    await held.arrived()
    world.proxy.cut()
    await listening
    expect((await connection.query('select pg_listening_channels() as channel')).rows).toEqual([
      { channel: 'a' },
    ])
  })

  it('that is begun or closed while recovery handlers run is made good when they are done', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const left = await connection.listen('left')
    const begun: Promise<unknown>[] = []
    connection.addRecoveryHandler((session) => session.query('select 1'))
    connection.on('gap', () => {
      begun.push(connection.listen('begun', undefined, { timeoutMs: 3000 }), left.close())
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await Promise.all(begun)
    const listening = async () => {
      const { rows } = await connection.query('select pg_listening_channels() as channel')
      expect(rows).toEqual([{ channel: 'begun' }])
    }
    await eventually(listening, { what: 'the session listens to what is wanted' })
  })

  it('of a session that cannot LISTEN fails the attempt, and the next makes it good', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { connectTimeoutMs: 300 },
    })
    const connection = world.connections[0]!
    await connection.listen('a')
    world.proxy.holdNext(({ type, text }) => type === 'Q' && text.startsWith('LISTEN'))
    world.proxy.cut()
    const { failure } = await world.told(connection, 'reconnecting', 2)
    expect(failure).toMatchObject({ kind: 'timeout', phase: 'connecting' })
    await connection.ready()
    expect((await connection.query('select pg_listening_channels() as channel')).rows).toEqual([
      { channel: 'a' },
    ])
  })
})

describe('a connection that listens to nothing', () => {
  it('tells of no gap', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'gap')).toEqual([])
  })
})
