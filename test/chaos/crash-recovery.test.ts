import { afterAll, describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/index.ts'
import { carries, completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

// What nobody waits for is not written down before the crash.
const server = await testServer({ settings: { wal_writer_delay: '10s' } })
afterAll(() => server.dispose())

const whoAsks = { server, proxy: true, connections: 1, config: { verifyCommit: true } }

const xid = async (): Promise<bigint> => {
  const [row] = await server.sql<{ xid: string }>('select pg_current_xact_id()::text as xid')
  return BigInt(row!.xid)
}

/** One whose COMMIT is caught on its way by `catching`, then the server crashes, and its ids are given to others. */
async function crashAround(world: World, catching: 'the question' | 'the answer'): Promise<unknown> {
  const connection = world.connections[0]!
  let transactionId = 0n
  const done = world.operation((marker) =>
    connection.transaction(async (tx) => {
      await tx.query(world.insert, [marker])
      const { rows } = await tx.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
      transactionId = BigInt(rows[0]!.xid)
    }),
  )
  const held =
    catching === 'the question'
      ? world.proxy.holdNext(carries(/^commit/i))
      : world.proxy.holdNext(completes('COMMIT'), 'toClient')
  const told = done.catch((error: unknown) => error)
  await held.arrived()
  world.proxy.refuse()
  world.proxy.cut()
  await server.stop('immediate')
  await server.start()
  while ((await xid()) <= transactionId);
  await world.proxy.listen()
  return told
}

describe('a COMMIT around which the server crashes', () => {
  it('is not taken for another to which its id was given, for ids that were not written down come again', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld(whoAsks)
    expect(outcomeOf(await crashAround(world, 'the question'))).toBe('unknown')
  })

  it('is unknown as well where it was done', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld(whoAsks)
    expect(await crashAround(world, 'the answer')).toMatchObject({
      code: 'COMMIT_OUTCOME_UNKNOWN',
      evidence: expect.stringContaining('crashed'),
    })
  })
})
