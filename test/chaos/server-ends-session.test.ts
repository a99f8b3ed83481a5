import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a server that ends a session by itself', () => {
  it('because a transaction was idle for too long leaves it not applied', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: { settings: { idle_in_transaction_session_timeout: '50ms' } },
    })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await world.told(connection, 'lost')
      }),
    )
    await expect(lost).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'notApplied',
      failure: { kind: 'server', code: '25P03', phase: 'inTransaction' },
    })
    await connection.ready()
  })

  it('because a transaction took too long leaves it not applied', async (context) => {
    const [{ number }] = (await server.sql(
      `select current_setting('server_version_num')::int as number`,
    )) as [{ number: number }]
    context.skip(number < 170_000, 'transaction_timeout came with PostgreSQL 17')
    await using world = await openWorld({
      server,
      connections: 1,
      config: { settings: { transaction_timeout: '50ms' } },
    })
    const connection = world.connections[0]!
    const lost = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await tx.query('select pg_sleep(30)')
      }),
    )
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    await connection.ready()
  })

  it('because another backend crashed tells so, and all come back', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 3 })
    const [crashed, ...others] = world.connections
    process.kill(crashed!.processId!, 'SIGKILL')
    await Promise.all(world.connections.map((connection) => world.told(connection, 'connected', 2, 10_000)))
    // Most say so before they go; who did not hear it only knows that the other side has gone.
    for (const connection of others) {
      const code = world.noticesOf(connection, 'notice').at(-1)?.notice.code
      const kind = code === '57P02' ? 'server' : 'closed'
      expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { kind, code } }])
    }
    await Promise.all(world.connections.map((connection) => world.write(connection)))
  })

  it('because it has too many is asked again', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await server.sql(`create role crowded login password 'crowded' connection limit 1`)
    const url = new URL(world.url)
    url.username = 'crowded'
    url.password = 'crowded'
    const first = await world.connect({ connectionString: url.href })
    const second = world.connection({
      connectionString: url.href,
      reconnect: { backoff: () => Array<number>(100).fill(50) },
    })
    const connecting = second.connect({ deadlineMs: 5000 })
    await connection.query('select pg_sleep(0.2)')
    await first.end()
    await connecting
    expect(world.states(second)).toEqual(['idle', 'connecting', 'connected'])
    await second.end()
    await server.sql('drop role crowded')
  })
})

describe('a statement that the server ends by itself', () => {
  it('because of its own timeout kills nothing', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: { settings: { statement_timeout: '50ms' } },
    })
    const connection = world.connections[0]!
    const { processId } = connection
    const before = world.write(connection)
    const slow = connection.query('select pg_sleep(30)')
    const behind = world.write(connection)
    await expect(slow).rejects.toMatchObject({ code: '57014', severity: 'ERROR' })
    await Promise.all([before, behind])
    expect(connection.processId).toBe(processId)
  })

  it('because an administrator cancelled it kills nothing either (txpostgres point 18)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const slow = world.ask(connection, 'select pg_sleep(30)')
    const behind = world.write(connection)
    await world.running(connection, '%pg_sleep%')
    await server.sql('select pg_cancel_backend($1)', [connection.processId])
    await expect(slow).rejects.toMatchObject({ code: '57014' })
    await behind
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})
