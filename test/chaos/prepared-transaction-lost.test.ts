import { afterAll, describe, expect, it } from 'vitest'
import { completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer({ settings: { max_prepared_transactions: 2 } })
afterAll(() => server.dispose())

describe('a PREPARE TRANSACTION whose answer is lost', () => {
  it('is unknown, and the server can be asked what became of it', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const answer = world.proxy.holdNext(completes('PREPARE TRANSACTION'), 'toClient')
    const prepared = connection.session(async (session) => {
      await session.query('begin')
      await session.query('create table prepared_by_hand ()')
      await session.query(`prepare transaction 'by hand'`)
    })
    await answer.arrived()
    world.proxy.cut()
    await expect(prepared).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await connection.ready()
    const { rows } = await connection.query('select gid from pg_prepared_xacts')
    expect(rows).toEqual([{ gid: 'by hand' }])
    await connection.query(`rollback prepared 'by hand'`)
  })
})
