import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, Pool, Connection as RealConnection } from '../../src/index.ts'
import { closedGate } from '../support/closed-gate.ts'
import { eventually } from '../support/eventually.ts'
import { poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('a pool that nobody started', () => {
  it('is started by its first request, and makes as many connections as wait at once', async () => {
    const world = await poolWorld(server)
    const pool = world.pool({ max: 4 })
    expect(pool.stats.size).toBe(0)
    const pids = await Promise.all(
      times(6, () => pool.query('select pg_backend_pid() as pid, pg_sleep(0.2)')),
    )
    expect(new Set(pids.map(({ rows }) => rows[0].pid)).size).toBe(4)
    expect(pool.stats).toMatchObject({ size: 4, idle: 4, acquired: 6 })
  })

  it('is ready when one is up', async () => {
    const world = await poolWorld(server)
    const pool = world.pool()
    expect(await pool.ready({ timeoutMs: 5000 })).toBe(pool)
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })

  it('is ended at once, again and again, and then takes nothing', async () => {
    const world = await poolWorld(server)
    const pool = world.pool()
    await Promise.all([pool.end(), pool.end()])
    await pool.end()
    for (const asked of [pool.query('select 1'), pool.transaction(() => 1), pool.listen('x'), pool.start()])
      await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  })
})

describe('exclusive use', () => {
  it('comes first come, first served', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const order: number[] = []
    await Promise.all(
      times(5, (index) =>
        pool.session(async (session) => {
          order.push(index)
          await session.query('select 1')
        }),
      ),
    )
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  it('keeps statements away, also from inside of it', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 2, max: 2, acquireTimeoutMs: 100 }).start()
    await pool.transaction(async (tx) => {
      const { rows } = await pool.query('select pg_backend_pid() as pid')
      expect(rows[0].pid).not.toBe(tx.processId)
      await pool.session(async () => {
        const refused = { code: 'REQUEST_TIMEOUT', phase: 'acquire', retrySafe: true }
        await expect(pool.query('select 1')).rejects.toMatchObject(refused)
        await expect(pool.transaction(() => 1)).rejects.toMatchObject(refused)
      })
    })
    expect(pool.stats).toMatchObject({ idle: 2, waiting: 0 })
  })

  it('is told as a leak, with the place where it was asked for, once it was held for too long', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, leakThresholdMs: 20 }).start()
    const gate = closedGate()
    const told = new Promise<{ connection: Connection; heldMs: number; stack: string }>((resolve) => {
      pool.on('leak', resolve)
    })
    const held = pool.session(() => gate.opened)
    const { connection, heldMs, stack } = await told
    expect(pool.connections.has(connection)).toBe(true)
    expect(heldMs).toBeGreaterThanOrEqual(19)
    expect(stack.split('\n')[0]).toContain('pool-use.test.ts')
    gate.open()
    await held
  })
})

describe('a cursor of the pool', () => {
  it('has a connection for itself from its first fetch to its end', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 2, max: 2 }).start()
    const cursor = pool.cursor<{ x: number }>('select generate_series(1, 5) as x', [], { batchSize: 2 })
    expect(pool.stats.busy).toBe(0)
    expect(await cursor.fetchOne()).toEqual({ x: 1 })
    expect(pool.stats.busy).toBe(1)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect((await Promise.all([cursor.fetchMany(3), cursor.fetchAll()])).map((rows) => rows.length)).toEqual([
      3, 1,
    ])
    await eventually(() => pool.stats.idle === 2, { what: 'it is given back behind the last row' })
    await cursor.close()
    const seen: number[] = []
    for await (const { x } of pool.cursor<{ x: number }>('select generate_series(1, 9) as x', [], {
      batchSize: 4,
    })) {
      seen.push(x)
      if (x === 6) break
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    await eventually(() => pool.stats.idle === 2, { what: 'it is given back where the loop was left' })
  })

  it('waits in line, gives back what it did not use, and is nothing more when it was closed', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const gate = closedGate()
    const held = pool.session(() => gate.opened)
    const cursor = pool.cursor('select 1 as one')
    await expect(cursor.fetchOne({ timeoutMs: 20 })).rejects.toMatchObject({ phase: 'queue' })
    const waiting = cursor.fetchOne()
    const closed = pool.cursor('select 2')
    const never = closed.fetchOne()
    await closed.close()
    await expect(never).rejects.toMatchObject({ code: 'HANDLE_REVOKED' })
    await expect(closed.fetchAll()).rejects.toMatchObject({ code: 'HANDLE_REVOKED' })
    gate.open()
    await held
    expect(await waiting).toEqual({ one: 1 })
    await cursor.close()
    await expect(pool.cursor('select no_such_column').fetchAll()).rejects.toMatchObject({ code: '42703' })
    await expect(pool.cursor('select 1').fetchMany(0)).rejects.toThrow(RangeError)
    await expect(pool.cursor(7 as never).fetchOne()).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await eventually(() => pool.stats.idle === 1, { what: 'nothing is held' })
  })
})

describe('members', () => {
  it('beyond `min` go when they were idle for too long, and old ones are replaced', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 4, idleTimeoutMs: 50, maxLifetimeMs: 400 }).start()
    const [first] = [...pool.connections]
    let added = 0
    pool.on('added', () => added++)
    await Promise.all(times(4, () => pool.query('select pg_sleep(0.1)')))
    expect(added).toBeGreaterThan(0)
    await eventually(() => pool.stats.size === 1, { what: 'it has shrunk' })
    await eventually(() => pool.stats.idle === 1 && !pool.connections.has(first!), {
      what: 'the old one is replaced',
    })
    await world.reached(first!, 'closed')
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('that are ended by hand are replaced', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 2, max: 2 }).start()
    const [first] = [...pool.connections]
    await first!.end()
    await eventually(() => pool.stats.idle === 2 && !pool.connections.has(first!), {
      what: 'another is there',
    })
    expect(pool.stats.size).toBe(2)
  })
})

describe('waiting', () => {
  it('is bounded by waitLimit, by a signal, by a deadline', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1, waitLimit: 3 }).start()
    const gate = closedGate()
    const held = pool.session(() => gate.opened)
    const aborting = world.controller()
    const reason = new Error('no longer wanted')
    const aborted = pool.query('select 1', [], { signal: aborting.signal })
    const late = pool.query({ text: 'select 1', timeoutMs: 20 })
    const served = pool.query('select 1 as one', [], { timeoutMs: 5000 })
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    aborting.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    await expect(late).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'queue',
      outcome: 'notApplied',
    })
    gate.open()
    await held
    expect((await served).rows).toEqual([{ one: 1 }])
  })

  it('keeps the async context of whoever waits', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const storage = new AsyncLocalStorage<number>()
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const seen = await Promise.all(
      times(3, (index) => storage.run(index, () => pool.session(() => storage.getStore()))),
    )
    expect(seen).toEqual([0, 1, 2])
  })

  it('is not begun with bad input, which starts nothing', async () => {
    const world = await poolWorld(server)
    const pool = world.pool()
    await expect(pool.query(7 as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(pool.call('a..b')).rejects.toThrow(RangeError)
    await expect(pool.notify('')).rejects.toThrow(RangeError)
    await expect(pool.listen('')).rejects.toThrow(RangeError)
    await expect(pool.session(7 as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(pool.stats.size).toBe(0)
    await expect(pool.query('BEGIN')).rejects.toMatchObject({ code: 'TRANSACTION_CONTROL' })
  })
})

describe('a pool tells', () => {
  it('its members’ notices, with the member, and who comes and goes', async () => {
    const world = await poolWorld(server)
    const pool = world.pool({ min: 2, name: 'books' })
    const told: string[] = []
    const stop = pool.on('connected', ({ connection }) => told.push(`connected ${connection.name}`))
    pool.on('added', ({ connection }) => told.push(`added ${connection.name}`))
    pool.on('removed', ({ connection }) => told.push(`removed ${connection.name}`))
    await pool.start()
    await eventually(() => told.length === 4, { what: 'all is told' })
    expect(told.toSorted()).toEqual([
      'added books 1',
      'added books 2',
      'connected books 1',
      'connected books 2',
    ])
    stop()
    const [first] = [...pool.connections]
    await pool.remove(first!)
    await eventually(() => told.length === 5, { what: 'the removal is told' })
    expect(told.at(-1)).toBe(`removed ${first!.name}`)
  })

  it('nothing to a listener that throws but that it did', async () => {
    const world = await poolWorld(server)
    const pool = world.pool({ min: 1 })
    const told: string[] = []
    pool.on('listenerError', ({ during }) => told.push(during))
    pool.on('added', () => {
      throw new Error('of the listener')
    })
    pool.on('connected', () => {
      throw new Error('of the listener')
    })
    await pool.start()
    await eventually(() => told.length === 2, { what: 'both are told' })
    expect(told.toSorted()).toEqual(["a listener of 'added'", "a listener of 'connected'"])
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('no secret when it is printed', async () => {
    const { inspect } = await import('node:util')
    const pool = new Pool({ host: 'localhost', user: 'someone', password: 'not to be seen' })
    expect(inspect(pool, { depth: 9, showHidden: true }) + JSON.stringify(pool)).not.toContain(
      'not to be seen',
    )
    await pool.end()
  })
})

describe('a connection factory', () => {
  it('makes the members, of a class of its own if it likes', async () => {
    class Audited extends RealConnection {}
    const pool = await new Pool({
      connectionString: server.url,
      min: 1,
      connectionFactory: (config) => new Audited(config),
    }).start()
    expect([...pool.connections][0]).toBeInstanceOf(Audited)
    await pool.end()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('of the factory')
      },
    ],
    ['makes something else', () => ({}) as Connection],
  ])('that %s fails the start, and the next request', async (_, connectionFactory) => {
    const world = await poolWorld(server)
    const pool = world.pool({ min: 2, connectionFactory })
    const failed = await pool.start().catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(AggregateError)
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    expect(pool.stats.waiting).toBe(0)
  })
})
