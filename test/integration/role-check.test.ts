import { afterAll, describe, expect, it } from 'vitest'
import { roleCheck } from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Makes every session of a server read only that does not say otherwise, as an administrator does before a switchover. */
async function demote(isReadOnly: boolean): Promise<void> {
  await server.sql(`alter system set default_transaction_read_only = ${isReadOnly}`)
  await server.sql('select pg_reload_conf()')
}

describe('roleCheck()', () => {
  it('leaves a server that has become read only, though nobody uses the session, and nothing fails', async (context) => {
    server.mustBeStoppable(context)
    const world = await worldOfTest(server)
    const connection = await world.connect({
      targetSessionAttrs: 'read-write',
      monitors: [roleCheck({ intervalMs: 50 })],
      whileDown: { waitMs: 20_000 },
    })
    await demote(true)
    try {
      await world.told(connection, 'reconnecting', 1, 20_000)
    } finally {
      await demote(false)
    }
    await world.write(connection)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('asks nothing where any server will do', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ monitors: [roleCheck({ intervalMs: 20 })] })
    const { rows } = await server.sql('select 1').then(() => connection.query('select 1 as n'))
    await server.sql('select pg_sleep(0.2)')
    const last = await server.sql('select query from pg_stat_activity where pid = $1', [connection.processId])
    expect([rows, last]).toEqual([[{ n: 1 }], [{ query: 'select 1 as n' }]])
  })
})
