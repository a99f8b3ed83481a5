import { afterAll, describe, expect, it } from 'vitest'
import { RequestTimeoutError, type Session, TransactionControlError } from '../../src/index.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql('drop table if exists pgs_open; create table pgs_open (n int)')
afterAll(async () => {
  await server.sql('drop table pgs_open')
  await server.dispose()
})

const left = () => server.sql('select n from pgs_open')

describe('a session', () => {
  it('is exclusive: what others ask for waits for its end, and its result is passed on', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    const session = connection.session(async (own) => {
      expect(own.processId).toBe(connection.processId)
      expect(connection.state).toBe('inTransaction')
      await own.query('select pg_sleep(0.02)')
      order.push('session')
      return 'its result'
    })
    const other = connection.query('select 1').then(() => order.push('other'))
    const transaction = connection.transaction(() => order.push('transaction'))
    expect(await session).toBe('its result')
    await Promise.all([other, transaction])
    expect(order).toEqual(['session', 'other', 'transaction'])
    expect(connection.state).toBe('connected')
  })

  it('holds advisory locks', async () => {
    const connection = await openConnection(server)
    const isFree = async () => {
      const rows = await server.sql<{ free: boolean }>(
        'select pg_try_advisory_lock(815) as free, pg_advisory_unlock(815)',
      )
      return rows[0]?.free
    }
    await connection.session(async (session) => {
      await session.query('select pg_advisory_lock(815)')
      expect(await isFree().catch(() => false)).toBe(false)
      await session.query('select pg_advisory_unlock(815)')
    })
    expect(await isFree()).toBe(true)
  })

  it('keeps settings and temporary tables for the life of the server session', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await session.query("set application_name = 'of the session'")
      await session.query('create temp table t as select 7 as n')
      const { rows } = await session.query('select n, current_setting($1) as name from t', [
        'application_name',
      ])
      expect(rows).toEqual([{ n: 7, name: 'of the session' }])
      await session.query('reset application_name')
    })
    expect((await connection.query('select n from t')).rows).toEqual([{ n: 7 }])
  })

  it('allows transactions by hand (txpostgres point 8)', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await session.query('begin')
      await session.query('insert into pgs_open values (1)')
      await session.query('rollback')
      await session.query('begin')
      await session.query('insert into pgs_open values (2)')
      await session.query('commit')
    })
    expect(await left()).toEqual([{ n: 2 }])
    await server.sql('truncate pgs_open')
  })

  it.each<[string, (session: Session) => unknown]>([
    ['open', (session) => session.query('begin; insert into pgs_open values (1)')],
    [
      'open, though nobody awaits it',
      (session) => void session.query('begin; insert into pgs_open values (1)'),
    ],
    [
      'failed',
      async (session) => {
        await session.query('begin; insert into pgs_open values (1)')
        await session.query('select 1/0').catch(() => undefined)
      },
    ],
  ])('rolls a transaction back that is left %s, with a warning', async (_, work) => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await connection.session(work)
    const warning = await world.told(connection, 'warning')
    expect(warning).toMatchObject({ type: 'warning', reason: 'transactionLeftOpen' })
    expect(connection.transactionStatus).toBe('idle')
    expect((await connection.query('select n from pgs_open')).rows).toEqual([])
    expect(await left()).toEqual([])
    expect(world.noticesOf(connection, 'warning')).toHaveLength(1)
  })

  it('rejects with the very error of its work, and rolls back what that left open', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const fault = { reason: 'no Error' }
    const failing = connection.session(async (session) => {
      await session.query('begin; insert into pgs_open values (1)')
      throw fault
    })
    await expect(failing).rejects.toBe(fault)
    expect(await left()).toEqual([])
    expect(world.noticesOf(connection, 'warning')).toHaveLength(1)
  })

  it('has transactions, with all that a connection offers', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const isolation = await session.transaction(
        async (tx) => {
          await tx.transaction((nested) => nested.query('select 1'))
          return (await tx.query('show transaction_isolation')).rows
        },
        { isolation: 'serializable', retry: true },
      )
      expect(isolation).toEqual([{ transaction_isolation: 'serializable' }])
      const fault = new Error('undone')
      const failing = session.transaction(async (tx) => {
        await tx.query('insert into pgs_open values (1)')
        throw fault
      })
      await expect(failing).rejects.toBe(fault)
      expect((await session.query('select n from pgs_open')).rows).toEqual([])
    })
    expect(connection.transactionStatus).toBe('idle')
  })

  it('refuses a transaction inside of one begun by hand, which that would end', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      void session.query('begin')
      const awaited = session.query('insert into pgs_open values (1)')
      const inside = session.transaction((tx) => tx.query('insert into pgs_open values (2)'))
      await expect(inside).rejects.toBeInstanceOf(TransactionControlError)
      await awaited
      expect(connection.transactionStatus).toBe('inTransaction')
      await session.query('rollback')
      const siblings = [1, 2, 3].map((n) => session.transaction((tx) => tx.query('select $1::int as n', [n])))
      expect((await Promise.all(siblings)).map(({ rows }) => rows[0].n)).toEqual([1, 2, 3])
    })
    expect(await left()).toEqual([])
  })

  it('waits at its end for statements that nobody awaits, whose rejections count as handled', async () => {
    const connection = await openConnection(server)
    await connection.session((session) => {
      void session.query('select pg_sleep(0.02)')
      void session.query('select 1/0')
      void session.query('insert into pgs_open values (3)')
    })
    expect(await left()).toEqual([{ n: 3 }])
    await server.sql('truncate pgs_open')
  })

  it('ends at its deadline, in the queue and while it runs, and gives the connection back', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const { processId } = connection
    const late = connection.session(
      async (session) => {
        await session.query('begin; insert into pgs_open values (1)')
        await session.query('select pg_sleep(10)')
      },
      { timeoutMs: 60 },
    )
    const queued = connection.session(() => 1, { timeoutMs: 20 })
    await expect(queued).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'queue' })
    await expect(late).rejects.toBeInstanceOf(RequestTimeoutError)
    await expect(late).rejects.toMatchObject({ phase: 'execution' })
    expect((await connection.query('select n from pgs_open')).rows).toEqual([])
    expect(connection.processId).toBe(processId)
    expect(await left()).toEqual([])
  })

  it('ends at its signal also while its code is only thinking', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const controller = world.controller()
    let late: Promise<unknown> | undefined
    let wake = () => {}
    const woken = new Promise<void>((resolve) => (wake = resolve))
    const session = connection.session(
      async (own) => {
        await own.query('begin; insert into pgs_open values (1)')
        controller.abort(new Error('enough'))
        await woken
        late = own.query('select 1')
      },
      { signal: controller.signal },
    )
    await expect(session).rejects.toThrow('enough')
    expect((await connection.query('select n from pgs_open')).rows).toEqual([])
    wake()
    await woken
    await expect(late).rejects.toThrow('enough')
    expect(connection.transactionStatus).toBe('idle')
  })
})
