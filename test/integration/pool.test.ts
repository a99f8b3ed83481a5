import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, RollbackFailedError } from '../../src/index.ts'
import { closedGate } from '../support/closed-gate.ts'
import { eventually } from '../support/eventually.ts'
import { poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const fixed = { min: 3, max: 3 }
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('a pool of a fixed size', () => {
  it('behaviour 34: has exactly `min` connections after start()', async () => {
    const world = await poolWorld(server)
    const pool = world.pool(fixed)
    expect(await pool.start()).toBe(pool)
    expect(pool.connections.size).toBe(3)
    expect([...pool.connections].map(({ state }) => state)).toEqual(['connected', 'connected', 'connected'])
    expect(pool.stats).toMatchObject({ size: 3, idle: 3, busy: 0, waiting: 0, dead: 0, acquired: 0 })
    expect(await pool.start()).toBe(pool)
  })

  it('behaviour 35: runs `min` queries at once, with nobody waiting', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(fixed).start()
    const asked = times(3, (index) => pool.query('select pg_backend_pid() as pid, $1::int as index', [index]))
    expect(pool.stats).toMatchObject({ busy: 3, waiting: 0 })
    const rows = (await Promise.all(asked)).map(({ rows: [row] }) => row)
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(new Set(rows.map(({ pid }) => pid)).size).toBe(3)
    expect(pool.stats.waitMsTotal).toBe(0)
  })

  it('behaviour 36: answers five times as many queries as it has connections', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(fixed).start()
    const answers = await Promise.all(times(15, (index) => pool.query('select $1::int as index', [index])))
    expect(answers.map(({ rows }) => rows[0].index)).toEqual(times(15, (index) => index))
    expect(pool.connections.size).toBe(3)
  })

  it('behaviour 37: executes statements for their effect', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(fixed).start()
    await pool.execute('create table pooled_operations (x int)')
    const counts = await Promise.all(
      times(60, (index) => pool.execute('insert into pooled_operations values ($1)', [index])),
    )
    expect(new Set(counts)).toEqual(new Set([1]))
    const { rows } = await pool.query('select x from pooled_operations order by x')
    expect(rows.map(({ x }) => x)).toEqual(times(60, (index) => index))
    await pool.execute('drop table pooled_operations')
  })

  it('behaviour 38: runs transactions on connections of their own, each truly in one', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(fixed).start()
    const results = await Promise.all(
      times(60, (index) =>
        pool.transaction(async (tx) => {
          await tx.query(`declare numbers cursor for select generate_series(1, ${index + 1}) as x`)
          const { rows } = await tx.query('fetch all from numbers')
          return rows.length
        }),
      ),
    )
    expect(results).toEqual(times(60, (index) => index + 1))
  })

  it('behaviour 39: is not started when one of its connections fails, and leaves nothing open', async () => {
    const world = await poolWorld(server)
    let made = 0
    const pool = world.pool({
      ...fixed,
      connectionFactory: (config) =>
        world.connection(
          ++made === 2 ? { ...config, port: 1, host: '127.0.0.1', connectionString: '' } : config,
        ),
    })
    const failed = await pool.start().catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(AggregateError)
    expect((failed as AggregateError).errors).toEqual([expect.objectContaining({ code: 'CONNECT_FAILED' })])
    expect(pool.connections.size).toBe(0)
    await eventually(async () => (await server.backends()).length === 0, { what: 'no backend is left' })
    // The reason is gone: the next start succeeds.
    await pool.start()
    expect(pool.connections.size).toBe(3)
  })

  it('behaviour 40: goes on after a failed rollback, its connection removed, ended and replaced by hand (txpostgres point 6)', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ ...fixed, monitors: [] }).start()
    const failure = new Error('of the callback')
    const told: Connection[] = []
    pool.on('lost', ({ connection }) => told.push(connection))
    // Another text in the place of ROLLBACK: the server refuses it, and the session lives.
    const failed = await pool
      .transaction(async (tx) => {
        await tx.query('select 1')
        const mine = [...pool.connections].find(({ processId }) => processId === tx.processId)!
        const client = mine.unsafeClient as unknown as { query(query: unknown): unknown }
        const { query } = client
        client.query = (asked) => {
          if ((asked as { text?: string }).text !== 'ROLLBACK') return query.call(client, asked)
          return query.call(client, Object.assign(asked as object, { text: 'select 1 / 0' }))
        }
        throw failure
      })
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(RollbackFailedError)
    const { cause, connection } = failed as RollbackFailedError
    expect(cause).toBe(failure)
    expect(pool.connections.has(connection)).toBe(true)
    await pool.remove(connection)
    await connection.end()
    expect(pool.connections.size).toBe(2)
    await pool.add(await world.connect())
    expect(pool.connections.size).toBe(3)
    const answers = await Promise.all(times(3, (index) => pool.query('select $1::int as index', [index])))
    expect(answers.map(({ rows }) => rows[0].index)).toEqual([0, 1, 2])
    await eventually(() => told.length === 1, { what: 'one loss is told' })
  })

  it('behaviour 41: waits with the removal of a connection that is busy, and gives it up in time (txpostgres point 6)', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const [only] = [...pool.connections]
    const gate = closedGate()
    const busy = pool.transaction(() => gate.opened)
    await eventually(() => only!.state === 'inTransaction', { what: 'the transaction has begun' })
    await expect(pool.remove(only!, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    const removed = pool.remove(only!)
    await expect(pool.remove(only!)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(pool.connections.has(only!)).toBe(true)
    gate.open()
    await busy
    await removed
    expect(pool.connections.size).toBe(0)
    expect(only!.state).toBe('connected')
    // Nobody is there, and nobody is made: min and max fell.
    const waiting = pool.query('select 1 as one')
    expect(pool.stats).toMatchObject({ size: 0, waiting: 1 })
    await pool.add(only!)
    expect((await waiting).rows).toEqual([{ one: 1 }])
  })
})

describe('what can not be added or removed', () => {
  it('is refused with its name, and disturbs nobody (txpostgres point 6)', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(fixed).start()
    const other = await world.pool({ min: 1 }).start()
    const stranger = await world.connect()
    const ended = await world.connect()
    await ended.end()
    const [mine] = [...pool.connections]
    const [theirs] = [...other.connections]
    const invalid = { code: 'INVALID_OPTION', message: expect.stringContaining('`connection`') }
    for (const connection of [stranger, theirs, {}, undefined])
      await expect(pool.remove(connection as Connection)).rejects.toMatchObject(invalid)
    for (const connection of [mine, theirs, ended, {}, undefined])
      await expect(pool.add(connection as Connection)).rejects.toMatchObject(invalid)
    await pool.remove(mine!)
    await expect(pool.remove(mine!)).rejects.toMatchObject(invalid)
    await pool.add(mine!)
    expect(pool.stats).toMatchObject({ size: 3, idle: 3 })
    await stranger.end()
  })

  it('is connected first where it never was, and left alone where that fails', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const fresh = world.connection()
    await pool.add(fresh)
    expect(pool.stats).toMatchObject({ size: 2, idle: 2 })
    const hopeless = world.connection({
      database: 'nowhere_to_be_found',
      connectionString: server.url.replace(/[^/]*$/, 'nowhere_to_be_found'),
    })
    await expect(pool.add(hopeless)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(pool.stats).toMatchObject({ size: 2 })
  })
})
