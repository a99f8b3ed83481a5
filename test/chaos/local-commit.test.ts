import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const waiting = `select pid from pg_stat_activity where wait_event = 'SyncRep'`

describe('a COMMIT that waits for a synchronous standby', () => {
  it('is reported as committed locally only when its wait is cancelled', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    await server.sql(`alter system set synchronous_standby_names = 'nobody'`)
    await server.sql('select pg_reload_conf()')
    try {
      const done = world.operation((marker) =>
        connection.transaction((tx) => tx.query(world.insert, [marker])),
      )
      const pid = await eventually(
        async () => (await server.sql<{ pid: number }>(waiting))[0]?.pid ?? false,
        {
          what: 'COMMIT waits for the standby',
        },
      )
      await server.sql('select pg_cancel_backend($1)', [pid])
      await done
      await world.told(connection, 'warning')
      expect(world.noticesOf(connection, 'warning')).toMatchObject([{ reason: 'committedLocallyOnly' }])
    } finally {
      await server.sql('alter system reset synchronous_standby_names')
      await server.sql('select pg_reload_conf()')
    }
  })
})
