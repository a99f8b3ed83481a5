import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const listening = async (connection: Connection): Promise<unknown[]> => {
  const { rows } = await connection.query('select pg_listening_channels() as name order by 1')
  return rows.map(({ name }) => name)
}

/** What is heard on `orders` after something was done to its LISTEN. */
async function hears(connection: Connection, heard: string[]): Promise<void> {
  await eventually(async () => (await listening(connection)).includes('orders'), { what: 'LISTEN stands' })
  await server.sql("select pg_notify('orders', 'still there')")
  await eventually(() => heard.includes('still there'), { what: 'the notification' })
}

async function listeningWorld() {
  const world = await worldOfTest(server)
  const connection = await world.connect({ whileDown: { waitMs: 5000 } })
  const heard: string[] = []
  await connection.listen('orders', ({ payload }) => heard.push(payload))
  await connection.listen('others')
  return { world, connection, heard }
}

describe('LISTENs that the user ended', () => {
  it.each(['discard all', 'unlisten *', '/* all */ UNLISTEN *;'])(
    'by %s are issued again, and the gap is told',
    async (text) => {
      const { world, connection, heard } = await listeningWorld()
      const before = world.clock.now()
      await connection.query(text)
      await hears(connection, heard)
      expect(await listening(connection)).toEqual(['orders', 'others'])
      const gap = await world.told(connection, 'gap')
      expect(gap).toMatchObject({ channels: ['orders', 'others'], reason: 'lost' })
      expect(gap.from).toBeGreaterThanOrEqual(before)
      expect(gap.to).toBeGreaterThanOrEqual(gap.from)
      expect(world.noticesOf(connection, 'gap')).toHaveLength(1)
    },
  )

  it('one by one are issued again alone', async () => {
    const { world, connection, heard } = await listeningWorld()
    await connection.query('unlisten orders')
    await hears(connection, heard)
    expect((await world.told(connection, 'gap')).channels).toEqual(['orders'])
  })

  it('in a session are issued again when it has ended', async () => {
    const { world, connection, heard } = await listeningWorld()
    await connection.session(async (session) => {
      await session.query('discard all')
      await session.query('unlisten *')
      await session.transaction((tx) => tx.query('select 1'))
    })
    await hears(connection, heard)
    expect((await world.told(connection, 'gap')).channels).toEqual(['orders', 'others'])
  })

  it('in a transaction are issued again when it has committed', async () => {
    const { world, connection, heard } = await listeningWorld()
    await connection.transaction((tx) => tx.query('unlisten *'))
    await hears(connection, heard)
    expect((await world.told(connection, 'gap')).channels).toEqual(['orders', 'others'])
  })

  it('in a recovery handler are issued again before long', async () => {
    const { world, connection, heard } = await listeningWorld()
    connection.addRecoveryHandler((session) => session.query('unlisten *'))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await hears(connection, heard)
    expect((await world.told(connection, 'gap', 2)).channels).toEqual(['orders', 'others'])
  })
})

describe('no gap is told', () => {
  it('of a transaction that was rolled back', async () => {
    const { world, connection, heard } = await listeningWorld()
    const failing = connection.transaction(async (tx) => {
      await tx.query('unlisten *')
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    await hears(connection, heard)
    expect(world.noticesOf(connection, 'gap')).toEqual([])
  })

  it.each(['unlisten elsewhere', 'discard plans'])('of what leaves ours alone: %s', async (text) => {
    const { world, connection, heard } = await listeningWorld()
    await connection.query(text)
    await hears(connection, heard)
    expect(world.noticesOf(connection, 'gap')).toEqual([])
  })

  it('of a subscription that is closed', async () => {
    const { world, connection, heard } = await listeningWorld()
    await connection.unlisten('others')
    await hears(connection, heard)
    expect(world.noticesOf(connection, 'gap')).toEqual([])
  })
})
