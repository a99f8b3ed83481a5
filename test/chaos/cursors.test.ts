import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Cursor, Queryable, Transaction } from '../../src/index.ts'
import { errorOf } from '../support/error-of.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const numbers = 'select n from generate_series(1, 9) n'
const slowly = 'select n, pg_sleep(case n when 3 then 30 else 0 end) from generate_series(1, 9) n'

interface Scene {
  readonly world: World
  readonly connection: Connection
  readonly on: Queryable
}

/** With a cursor of its own transaction, of its user's, and of a session's. */
const places: [string, (connection: Connection, work: (on: Queryable) => Promise<void>) => Promise<void>][] =
  [
    ['a connection', (connection, work) => work(connection)],
    ['a transaction', (connection, work) => connection.transaction(work)],
    ['a session', (connection, work) => connection.session(work)],
  ]

describe.each(places)('a cursor on %s', (place, inside) => {
  const scene = async (work: (scene: Scene) => Promise<void>) => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const ended = world.track(inside(connection, (on) => work({ world, connection, on })))
    const lost = await errorOf(ended)
    // A transaction tells the loss of its session also to whoever swallowed it.
    if (lost !== undefined && (lost as { code?: string }).code !== 'CONNECTION_LOST') throw lost
    await connection.ready()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  }
  const open = async (world: World, cursor: Cursor<unknown>) => {
    expect(await world.track(cursor.fetchMany(2))).toHaveLength(2)
    return cursor
  }

  it('is lost with its session between two fetches', () =>
    scene(async ({ world, connection, on }) => {
      const cursor = await open(world, on.cursor(numbers, [], { batchSize: 2 }))
      // One row is read ahead, and dropped with what it belonged to.
      const iterator = cursor[Symbol.asyncIterator]()
      expect(await iterator.next()).toEqual({ done: false, value: { n: 3 } })
      await world.kill(connection)
      await world.told(connection, 'lost')
      const lost = { code: 'CONNECTION_LOST', outcome: 'notApplied' }
      await expect(world.track(cursor.fetchOne())).rejects.toMatchObject(lost)
      await expect(world.track(cursor.fetchMany(3))).rejects.toMatchObject(lost)
      await expect(iterator.next()).rejects.toMatchObject(lost)
      await world.track(cursor.close())
    }))

  it('is lost with its session during a fetch, and so are those that wait', () =>
    scene(async ({ world, connection, on }) => {
      const cursor = await open(world, on.cursor(slowly))
      const fetching = world.track(cursor.fetchOne())
      const waiting = world.track(cursor.fetchAll())
      await world.running(connection, 'FETCH%')
      await world.kill(connection)
      const outcome = place === 'a session' ? 'unknown' : 'notApplied'
      await expect(fetching).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome })
      await expect(waiting).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await expect(cursor.fetchOne()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await world.track(cursor.close())
    }))

  it('is ended by its signal between two fetches', () =>
    scene(async ({ world, connection, on }) => {
      const controller = world.controller()
      const mine = new Error('mine')
      const cursor = await open(world, on.cursor(numbers, [], { signal: controller.signal }))
      controller.abort(mine)
      await expect(world.track(cursor.fetchOne())).rejects.toBe(mine)
      await expect(world.track(cursor.fetchAll())).rejects.toBe(mine)
      await cursor.close()
      await expect(on.cursor('select 1', [], { signal: controller.signal }).fetchOne()).rejects.toBe(mine)
      expect((await on.query('select count(*)::int as open from pg_cursors')).rows).toEqual([{ open: 0 }])
      expect(connection.transactionStatus).toBe(place === 'a transaction' ? 'inTransaction' : 'idle')
    }))

  it('is told at its close what ended it, where that rolled back what was its own', () =>
    scene(async ({ world, on }) => {
      const controller = world.controller()
      const mine = new Error('mine')
      const cursor = await open(world, on.cursor(numbers, [], { signal: controller.signal }))
      controller.abort(mine)
      const closed = world.track(cursor.close())
      expect(await errorOf(closed)).toBe(place === 'a transaction' ? undefined : mine)
    }))

  it('is ended by an abort of the fetch that runs; one that waits is only that fetch', () =>
    scene(async ({ world, connection, on }) => {
      const [running, waiting] = [world.controller(), world.controller()]
      const work = async (handle: Queryable) => {
        const cursor = await open(world, handle.cursor(slowly))
        const fetching = world.track(cursor.fetchOne({ signal: running.signal }))
        const given = world.track(cursor.fetchOne({ signal: waiting.signal }))
        const patient = world.track(cursor.fetchOne())
        await world.running(connection, 'FETCH%')
        waiting.abort(new Error('given up'))
        await expect(given).rejects.toThrow('given up')
        running.abort(new Error('mine'))
        await expect(fetching).rejects.toThrow('mine')
        await expect(patient).rejects.toThrow('mine')
        await expect(cursor.fetchOne()).rejects.toThrow('mine')
        await world.track(cursor.close())
      }
      // A fetch that was cancelled has failed its transaction.
      const nested = (tx: Transaction) =>
        tx.transaction(async (inner) => {
          await work(inner)
          throw new Error('rolled back')
        })
      if (place === 'a transaction') await nested(on as Transaction).catch(() => undefined)
      else await work(on)
      expect((await on.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    }))

  it('is ended by its deadline', () =>
    scene(async ({ world, on }) => {
      const many = on.cursor('select n from generate_series(1, 100000) n', [], { timeoutMs: 500 })
      const cursor = await open(world, many)
      const isLate = async () => {
        const told = await world.track(cursor.fetchMany(1)).catch((error: unknown) => error)
        expect(told).toMatchObject({ code: 'REQUEST_TIMEOUT', outcome: 'notApplied' })
      }
      await eventually(isLate, { what: 'the deadline of the cursor' })
    }))

  it('is ended by the deadline of a fetch that runs', () =>
    scene(async ({ world, on }) => {
      // There it would fail what is around it.
      if (place === 'a transaction') return
      const cursor = await open(world, on.cursor(slowly))
      const late = { code: 'REQUEST_TIMEOUT', phase: 'execution', outcome: 'notApplied' }
      await expect(world.track(cursor.fetchOne({ timeoutMs: 50 }))).rejects.toMatchObject(late)
      await expect(world.track(cursor.fetchOne())).rejects.toMatchObject(late)
    }))

  it('is closed when nothing is fetched for so long', () =>
    scene(async ({ world, connection, on }) => {
      const cursor = await open(world, on.cursor(numbers, [], { idleTimeoutMs: 40 }))
      const isGone = async () => {
        const text = 'select count(*)::int as open from pg_cursors'
        if (place === 'a connection') return connection.state === 'connected'
        return (await on.query(text)).rows[0].open === 0
      }
      await eventually(isGone, { what: 'the cursor is closed on the server' })
      const late = { code: 'REQUEST_TIMEOUT', phase: 'cursor', outcome: 'notApplied' }
      await expect(world.track(cursor.fetchOne())).rejects.toMatchObject(late)
      await world.track(cursor.close())
    }))

  it('settles whatever it has when the connection ends', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const closed = { code: 'CONNECTION_CLOSED' }
    const told: unknown[] = []
    const note = (promise: Promise<unknown>) =>
      world.track(promise).catch((error: { code: string }) => told.push(error.code))
    const work = inside(connection, async (on) => {
      const cursor = await open(world, on.cursor(slowly))
      await Promise.all([note(cursor.fetchOne()), note(cursor.fetchAll())])
      await note(cursor.fetchOne())
      await world.track(cursor.close())
      told.push('its end')
    })
    const settled = world.track(work).then(
      () => ({}),
      (error: unknown) => error,
    )
    await world.running(connection, 'FETCH%')
    await connection.end()
    const outcome = await settled
    expect(outcome).toMatchObject(place === 'a connection' ? {} : closed)
    const all = [...Array(3).fill(closed.code), 'its end']
    await eventually(() => expect(told).toEqual(all), { what: 'all is told' })
  })
})

describe('a cursor on a connection', () => {
  it('left open keeps nobody from ending the connection', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [ended, destroyed] = world.connections as [Connection, Connection]
    const cursors = world.connections.map((connection) => connection.cursor(numbers))
    for (const cursor of cursors) await cursor.fetchOne()
    const waiting = world.connections.map((connection) => world.track(connection.query('select 1')))
    destroyed.destroy()
    await ended.end({ drainMs: 50 })
    for (const cursor of cursors) {
      await expect(world.track(cursor.fetchOne())).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      await cursor.close()
    }
    for (const query of waiting) await expect(query).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  })

  it('is drained with the rest when it ends in time', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const cursor = connection.cursor(numbers)
    await cursor.fetchOne()
    const ended = world.track(connection.end({ drainMs: 5000 }))
    expect(await world.track(cursor.fetchMany(3))).toHaveLength(3)
    await world.track(cursor.close())
    await ended
  })

  it('says that others waited for it when it was forgotten', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const cursor = connection.cursor(numbers, [], { idleTimeoutMs: 40 })
    await cursor.fetchOne()
    await world.track(connection.query('select 1'))
    await expect(cursor.fetchOne()).rejects.toThrow('1 requests of the connection waited for it')
  })

  it('applies nothing when its session is lost before its end, and all when it has ended', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const insert = world.insert.replace('values', 'select')
    await server.sql(`create or replace function pgs_keep(marker text) returns text language plpgsql as
      $$ begin execute $i$ ${insert.replace('($1)', '$1')} $i$ using marker; return marker; end $$`)
    const keep = 'select pgs_keep($1) from generate_series(1, 1)'
    const lost = world.operation(async (marker) => {
      const cursor = connection.cursor(keep, [marker])
      await cursor.fetchMany(1)
      await world.kill(connection)
      await world.told(connection, 'lost')
      await cursor.close()
    })
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    await connection.ready()
    await world.operation((marker) => connection.cursor(keep, [marker]).fetchAll())
    await world.operation(async (marker) => {
      for await (const _row of connection.cursor(keep, [marker])) break
    })
  })

  it('waits for the next session, or is refused, as a transaction is', async () => {
    await using world = await openWorld({ server })
    const waiting = await world.connect({ whileDown: { waitMs: 5000 } })
    const refusing = await world.connect({ reconnect: false })
    for (const connection of [waiting, refusing]) {
      await world.kill(connection)
      await world.told(connection, 'lost')
    }
    expect(await world.track(waiting.cursor(numbers).fetchAll())).toHaveLength(9)
    await expect(world.track(refusing.cursor(numbers).fetchAll())).rejects.toMatchObject({
      code: 'CONNECTION_DEAD',
    })
  })

  it('gives up its place in the queue', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const slow = world.track(connection.session((session) => session.query('select pg_sleep(0.2)')))
    const controller = world.controller()
    const [aborted, late, closing] = [1, 2, 3].map(() => connection.cursor(numbers))
    const fetches = [
      aborted!.fetchOne({ signal: controller.signal }),
      late!.fetchOne({ timeoutMs: 20 }),
      closing!.fetchOne(),
    ].map((fetch) => world.track(fetch))
    const closed = world.track(closing!.close())
    controller.abort(new Error('mine'))
    await expect(fetches[0]).rejects.toThrow('mine')
    await expect(fetches[1]).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'queue' })
    await Promise.all([slow, fetches[2], closed])
    expect(connection.state).toBe('connected')
  })
})
