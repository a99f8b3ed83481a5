import { afterAll, describe, expect, it } from 'vitest'
import { QueueFullError } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('queueLimit', () => {
  it('refuses the next request at once, and only until one is settled', async () => {
    const connection = await openConnection(server, { queueLimit: 3 })
    const asked = [1, 2, 3].map((n) => connection.query('select $1::int as n, pg_sleep(0.01)', [n]))
    expect(connection.pending).toBe(3)
    for (const refused of [
      connection.query('select 1'),
      connection.execute('select 1'),
      connection.call('now'),
      connection.notify('c'),
      connection.transaction(() => 1),
      connection.session(() => 1),
    ]) {
      await expect(refused).rejects.toBeInstanceOf(QueueFullError)
      await expect(refused).rejects.toMatchObject({
        code: 'QUEUE_FULL',
        outcome: 'notApplied',
        retrySafe: true,
      })
    }
    expect(connection.pending).toBe(3)
    expect((await Promise.all(asked)).map(({ rows }) => rows[0].n)).toEqual([1, 2, 3])
    expect(connection.pending).toBe(0)
    expect((await connection.query('select 4 as n')).rows).toEqual([{ n: 4 }])
  })

  it('is not used up by a transaction: its own statements do not count', async () => {
    const connection = await openConnection(server, { queueLimit: 2 })
    const waiting = await connection.transaction(async (tx) => {
      const own = Array.from({ length: 50 }, () => tx.query('select 1'))
      const nested = tx.transaction((inner) => Promise.all([1, 2, 3, 4].map(() => inner.query('select 1'))))
      const foreign = [1, 2].map((n) => connection.query('select $1::int as n', [n], { detached: true }))
      await expect(connection.query('select 1', [], { detached: true })).rejects.toBeInstanceOf(
        QueueFullError,
      )
      await Promise.all([...own, nested])
      return foreign
    })
    await Promise.all(waiting)
    const session = connection.session((own) => Promise.all([1, 2, 3, 4].map(() => own.query('select 1'))))
    expect(await session).toHaveLength(4)
    expect(connection.pending).toBe(0)
  })

  it('counts transactions and sessions that wait for their turn', async () => {
    const connection = await openConnection(server, { queueLimit: 2 })
    const slow = connection.transaction((tx) => tx.query('select pg_sleep(0.02)'))
    const waiting = connection.session(() => 1)
    await expect(connection.transaction(() => 1)).rejects.toBeInstanceOf(QueueFullError)
    await Promise.all([slow, waiting])
  })

  it('of 10 000 is the default', async () => {
    const connection = await openConnection(server)
    const asked = Array.from({ length: 10_000 }, () => connection.query('select 1'))
    await expect(connection.query('select 1')).rejects.toBeInstanceOf(QueueFullError)
    await Promise.all(asked)
  })
})
