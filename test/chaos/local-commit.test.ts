import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const waiting = `select pid from pg_stat_activity where wait_event = 'SyncRep'`

/** Commits while there is no standby; `during` is told which server process waits for one. */
async function commitWithoutStandby(world: World, during: (pid: number) => Promise<unknown>): Promise<void> {
  const connection = world.connections[0]!
  await server.sql(`alter system set synchronous_standby_names = 'nobody'`)
  await server.sql('select pg_reload_conf()')
  try {
    const done = world.operation((marker) => connection.transaction((tx) => tx.query(world.insert, [marker])))
    const pid = await eventually(async () => (await server.sql<{ pid: number }>(waiting))[0]?.pid ?? false, {
      what: 'COMMIT waits for the standby',
    })
    await during(pid)
    await done
  } finally {
    await server.sql('alter system reset synchronous_standby_names')
    await server.sql('select pg_reload_conf()')
  }
}

describe('a COMMIT that waits for a synchronous standby', () => {
  it('is reported as committed locally only when its wait is cancelled', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 1 })
    await commitWithoutStandby(world, (pid) => server.sql('select pg_cancel_backend($1)', [pid]))
    const connection = world.connections[0]!
    await world.told(connection, 'warning')
    expect(world.noticesOf(connection, 'warning')).toMatchObject([{ reason: 'committedLocallyOnly' }])
  })

  it('resolves where its session is terminated and it is verified: it is committed', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 1, config: { verifyCommit: true } })
    await commitWithoutStandby(world, (pid) => server.sql('select pg_terminate_backend($1)', [pid]))
    const connection = world.connections[0]!
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { phase: 'committing' } }])
    await connection.ready()
  })
})
