import { afterAll, describe, expect, it } from 'vitest'
import { ConnectionLostError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a transaction whose backend is killed', () => {
  it('is not applied and retry-safe, lost while its statement runs (txpostgres point 16)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await tx.query('select pg_sleep(30)')
      }),
    )
    await world.running(connection, '%pg_sleep%')
    await world.kill(connection)
    const error = await lost.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({
      outcome: 'notApplied',
      retrySafe: true,
      failure: { phase: 'inTransaction' },
    })
    await world.told(connection, 'connected', 2)
  })

  it('is not applied, lost while the user is thinking', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await world.kill(connection)
        await world.told(connection, 'lost')
      }),
    )
    await expect(lost).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'notApplied',
      retrySafe: true,
    })
    await connection.ready()
  })

  it('is lost also when the loss was swallowed', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
        return 'all is well'
      }),
    )
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
  })

  it('keeps an error of the user that is another', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const mine = new Error('mine')
    const lost = connection.transaction(async (tx) => {
      await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
      throw mine
    })
    await expect(lost).rejects.toBe(mine)
  })

  it('refuses its handle from then on, and lets others in', async () => {
    await using world = await openWorld({ server, connections: 1, config: { whileDown: { waitMs: 5000 } } })
    const connection = world.connections[0]!
    const later: Promise<unknown>[] = []
    const lost = connection.transaction(async (tx) => {
      later.push(world.write(connection, { detached: true }))
      await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
      await connection.ready()
      await tx.query('select 1')
    })
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    await Promise.all(later)
    expect(later).toHaveLength(1)
  })

  it('is lost as a whole from inside of a nested one', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx
          .transaction(async (inner) => {
            await inner.query(world.insert, [marker])
            await inner.query('select pg_terminate_backend(pg_backend_pid())')
          })
          .catch(() => {})
      }),
    )
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
  })
})

describe('a session lease whose backend is killed', () => {
  it('leaves the written statement unknown and the next not applied', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await connection.session(async (session) => {
      const marker = world.operation(async (text) => {
        await session.query('begin')
        await session.query(world.insert, [text])
        await session.query('select pg_terminate_backend(pg_backend_pid())')
      })
      await expect(marker).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
      await expect(session.query('select 1')).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        outcome: 'notApplied',
      })
    })
    await connection.ready()
  })
})
