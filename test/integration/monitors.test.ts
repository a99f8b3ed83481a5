import { afterAll, describe, expect, it } from 'vitest'
import { HandleRevokedError, type Monitor, maxLifetime } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

type Watch = Parameters<Monitor['start']>[0]

const server = await testServer()
afterAll(() => server.dispose())

/** A monitor that does nothing by itself, and what it was given for each session. */
function puppet(): { monitor: Monitor; watches: Watch[]; stopped: number } {
  const watches: Watch[] = []
  const held = {
    watches,
    stopped: 0,
    monitor: {
      name: 'puppet',
      start: (watch: Watch) => {
        watches.push(watch)
        return () => {
          held.stopped++
        }
      },
    },
  }
  return held
}

describe('maxLifetime()', () => {
  it('replaces a session that is old, behind the transaction that runs on it', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ monitors: [maxLifetime({ ms: 30, jitter: 0 })] })
    const { processId } = connection
    const inside = await connection.transaction(async (tx) => {
      await tx.query('select pg_sleep(0.1)')
      return tx.processId
    })
    expect(inside).toBe(processId)
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})

describe('a monitor', () => {
  it('is not started again for a session that end() only lets finish', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const asked = world.track(connection.query('select pg_sleep(0.2)'))
    const ended = world.track(connection.end({ drainMs: 5000 }))
    expect(connection.state).toBe('closing')
    expect([held.watches.length, held.stopped]).toEqual([1, 1])
    await asked
    await ended
    expect([held.watches.length, held.stopped]).toEqual([1, 1])
  })

  it('has a session that is of no use after it', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const { session } = held.watches[0]!
    expect(await session.execute('select 1')).toBe(1)
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await expect(session.query('select 1')).rejects.toThrow(HandleRevokedError)
    expect(held.watches[0]?.signal.aborted).toBe(true)
  })

  it('is started with each session and stopped with it', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    expect([held.watches.length, held.stopped]).toEqual([1, 0])
    const [first] = held.watches
    expect(first?.signal.aborted).toBe(false)
    expect(first?.session.processId).toBe(connection.processId)
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect([held.watches.length, held.stopped]).toEqual([2, 1])
    expect(first?.signal.aborted).toBe(true)
    await connection.end()
    expect([held.watches.length, held.stopped]).toEqual([2, 2])
  })

  it('may ask the session, behind what its users ask, and is no pending request', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const watch = held.watches[0]!
    const order: string[] = []
    const users = connection.query('select pg_sleep(0.02)').then(() => order.push('user'))
    const own = watch.session.query('select 7 as n').then(({ rows }) => {
      order.push('monitor')
      return rows
    })
    expect(connection.pending).toBe(1)
    expect(await own).toEqual([{ n: 7 }])
    await users
    expect(order).toEqual(['user', 'monitor'])
    const before = watch.lastActivityAt()
    await connection.query('select 1')
    expect(watch.lastActivityAt()).toBeGreaterThan(before)
  })

  it("never runs inside of a user's transaction or session", async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const order: string[] = []
    let begun = () => {}
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    const transaction = connection.transaction(async (tx) => {
      await tx.query('create temp table t (n int)')
      begun()
      await tx.query('select pg_sleep(0.03)')
      order.push('transaction')
    })
    await hasBegun
    const { rows } = await held.watches[0]!.session.query(
      'select txid_current_if_assigned() is null as outside',
    )
    order.push('monitor')
    await transaction
    expect(rows).toEqual([{ outside: true }])
    expect(order).toEqual(['transaction', 'monitor'])
  })

  it('reports the session dead: recovery begins at once', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const { processId } = connection
    const inFlight = connection.query('select pg_sleep(5)')
    await world.running(connection, '%pg_sleep%')
    held.watches[0]!.report({ message: 'it smells', code: 'SMELL' })
    await expect(inFlight).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
      failure: { kind: 'monitor', code: 'SMELL', message: 'it smells' },
    })
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    // Of a session that is gone nobody wants to hear.
    held.watches[0]!.report({ message: 'late' })
    held.watches[0]!.retire('late')
    await connection.query('select 1')
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
  })

  it('retires the session when it is idle, and nothing fails', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const { processId } = connection
    await connection.listen('retired')
    held.watches[0]!.retire('too old')
    const asked = Array.from({ length: 5 }, (_, n) => connection.query('select $1::int as n', [n]))
    const transaction = connection.transaction((tx) => tx.query('select 1 as n'))
    expect((await Promise.all(asked)).map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3, 4])
    expect((await transaction).rows).toEqual([{ n: 1 }])
    await eventually(() => connection.isUsable && connection.processId !== processId, {
      what: 'it was replaced',
    })
    expect((await connection.query('select pg_listening_channels() as c')).rows).toEqual([{ c: 'retired' }])
    expect(held.watches).toHaveLength(2)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
    expect(world.noticesOf(connection, 'gap')).toMatchObject([{ channels: ['retired'], reason: 'lost' }])
  })

  it('that retires a busy session waits for its work, transactions included', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const { processId } = connection
    const pids = await connection.transaction(async (tx) => {
      const watch = held.watches[0]!
      watch.retire('too old')
      watch.retire('older still')
      await tx.query('select pg_sleep(0.02)')
      const { rows } = await tx.query('select pg_backend_pid() as pid')
      return [rows[0].pid as number, connection.processId]
    })
    expect(pids).toEqual([processId, processId])
    await eventually(() => connection.isUsable && connection.processId !== processId, {
      what: 'it was replaced',
    })
    expect(held.watches).toHaveLength(2)
  })

  it.each<[string, Monitor['start'], number]>([
    [
      'throws at its start',
      () => {
        throw new Error('no good')
      },
      1,
    ],
    [
      'throws at its stop',
      () => () => {
        throw new Error('no good')
      },
      1,
    ],
    ['rejects at its start', (() => Promise.reject(new Error('no good'))) as never, 1],
  ])('that %s is reported and harms nobody', async (_, start, times) => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [{ name: 'bad', start }, held.monitor] })
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(held.watches).toHaveLength(1)
    await connection.end()
    await eventually(() => world.noticesOf(connection, 'listenerError').length === times, {
      what: 'it was reported',
    })
    expect(world.noticesOf(connection, 'listenerError')[0]).toMatchObject({
      error: { message: 'no good' },
      during: "the monitor 'bad'",
    })
  })

  it('whose question fails decides itself what to make of it', async () => {
    const world = await worldOfTest(server)
    const held = puppet()
    const connection = await world.connect({ monitors: [held.monitor] })
    const watch = held.watches[0]!
    await expect(watch.session.query('selec')).rejects.toMatchObject({ code: '42601' })
    void watch.session.query('selec')
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(world.states(connection)).not.toContain('dead')
  })
})
