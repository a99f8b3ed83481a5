import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a transaction that is to be retried', () => {
  it('runs again as a whole after a loss before COMMIT, whatever whileDown says', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    let runs = 0
    const done = await world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          runs++
          await tx.query(world.insert, [marker])
          if (runs < 3) await tx.query('select pg_terminate_backend(pg_backend_pid())')
          return 'done'
        },
        { retry: { attempts: 3, backoff: () => [0, 0] } },
      ),
    )
    expect(done).toBe('done')
    expect(runs).toBe(3)
    expect(world.noticesOf(connection, 'lost')).toHaveLength(2)
  })

  it('rejects with the last loss when its attempts are used up', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    let runs = 0
    const failed = connection.transaction(
      async (tx) => {
        runs++
        await tx.query('select pg_terminate_backend(pg_backend_pid())')
      },
      { retry: { attempts: 2, backoff: () => [0] } },
    )
    await expect(failed).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    expect(runs).toBe(2)
  })

  it('waits for the next session as long as that takes, and no longer than its own deadline', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    let runs = 0
    const work = (options: { timeoutMs?: number }) =>
      connection.transaction(
        async (tx) => {
          if (runs++ === 0) {
            world.proxy.refuse()
            world.proxy.cut()
          }
          await tx.query('select 1')
        },
        { retry: { attempts: 3, backoff: () => [0, 0] }, ...options },
      )
    await expect(work({ timeoutMs: 300 })).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      outcome: 'notApplied',
    })
    await world.proxy.listen()
    await connection.ready()
    runs = 0
    const done = work({})
    await world.told(connection, 'lost', 2)
    await world.proxy.listen()
    await done
    expect(runs).toBe(2)
  })

  it('is over when the connection is ended meanwhile', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const failed = connection.transaction(
      async (tx) => {
        await tx.query('select pg_terminate_backend(pg_backend_pid())')
      },
      { retry: { attempts: 3, backoff: () => [60_000, 60_000] } },
    )
    await world.told(connection, 'connected', 2)
    await connection.end()
    await expect(failed).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', outcome: 'notApplied' })
  })

  it('is over when its caller leaves meanwhile', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const failed = connection.transaction(
      async (tx) => {
        await tx.query('select pg_terminate_backend(pg_backend_pid())')
      },
      { retry: { attempts: 3, backoff: () => [60_000, 60_000] }, signal: controller.signal },
    )
    await world.told(connection, 'connected', 2)
    controller.abort(new Error('the user left'))
    await expect(failed).rejects.toThrow('the user left')
  })
})
