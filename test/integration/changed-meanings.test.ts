// What a statement prepared under a name means can change behind its back. Outside of a transaction the server's refusal
// is mended; inside of one it would fail the transaction, so a name that may mean something else by now is not used there.
import type { QueryResult } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Queryable } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const all = (queryable: Pick<Queryable, 'query'>): Promise<QueryResult> =>
  queryable.query('select * from t where $1', [true])

/** A table of its own, asked for often enough to have a name. */
async function openNamed(): Promise<Connection> {
  const connection = await openConnection(server)
  await connection.query('create temp table t as select 1 as n')
  for (const _ of [1, 2, 3]) expect((await all(connection)).rows).toEqual([{ n: 1 }])
  return connection
}

async function names(queryable: Pick<Queryable, 'query'>): Promise<number> {
  const { rows } = await queryable.query<{ n: number }>(
    'select count(*)::int as n from pg_prepared_statements',
  )
  return rows[0]?.n ?? 0
}

describe('a table that was changed', () => {
  it('in a transaction is read there as it is now', async () => {
    const connection = await openNamed()
    await connection.transaction(async (tx) => {
      await tx.query("alter table t add o text default 'o'")
      for (const _ of [1, 2, 3]) expect((await all(tx)).rows).toEqual([{ n: 1, o: 'o' }])
    })
    expect((await all(connection)).rows).toEqual([{ n: 1, o: 'o' }])
  })

  it('and whose change is rolled back is read as it was, in the next transaction', async () => {
    const connection = await openNamed()
    const failing = connection.transaction(async (tx) => {
      await tx.query('alter table t add o int')
      for (const _ of [1, 2, 3]) await all(tx)
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    await connection.transaction(async (tx) => {
      for (const _ of [1, 2, 3]) expect((await all(tx)).rows).toEqual([{ n: 1 }])
    })
  })

  it('before a transaction is read there as it is now', async () => {
    const connection = await openNamed()
    await connection.query("alter table t alter n type text using 'one'")
    await connection.transaction(async (tx) => {
      for (const _ of [1, 2, 3]) expect((await all(tx)).rows).toEqual([{ n: 'one' }])
    })
    for (const _ of [1, 2, 3]) expect((await all(connection)).rows).toEqual([{ n: 'one' }])
    expect(await names(connection)).toBe(1)
  })

  it('in a savepoint that was rolled back is read as it was', async () => {
    const connection = await openNamed()
    await connection.transaction(async (tx) => {
      const failing = tx.transaction(async (inner) => {
        await inner.query('alter table t add o int')
        await all(inner)
        throw new Error('rolled back')
      })
      await expect(failing).rejects.toThrow('rolled back')
      expect((await all(tx)).rows).toEqual([{ n: 1 }])
    })
  })

  it('is read as it is now by a transaction begun by hand', async () => {
    const connection = await openNamed()
    await connection.session(async (session) => {
      await session.query('begin')
      await session.query('alter table t rename n to m')
      expect((await all(session)).rows).toEqual([{ m: 1 }])
      await session.query('rollback')
      await session.query('begin')
      expect((await all(session)).rows).toEqual([{ n: 1 }])
      await session.query('commit')
    })
  })
})

describe('another search_path', () => {
  it.each([
    ['set', 'set search_path to changed_meanings'],
    ['set local', 'set local search_path to changed_meanings'],
    ['set_config()', "select set_config('search_path', 'changed_meanings', true)"],
  ])('by %s makes a name mean another table in the same transaction', async (_, change) => {
    await server.sql(`create schema if not exists changed_meanings;
      create table if not exists changed_meanings.u (word text);
      create table if not exists public.u (n int)`)
    const connection = await openConnection(server)
    const read = (queryable: Pick<Queryable, 'query'>) => queryable.query('select * from u where $1', [true])
    for (const _each of [1, 2, 3]) await read(connection)
    await connection.transaction(async (tx) => {
      await tx.query(change)
      for (const _each of [1, 2, 3]) expect((await read(tx)).fields.map(({ name }) => name)).toEqual(['word'])
    })
    await connection.query('reset search_path')
    await connection.transaction(async (tx) => {
      expect((await read(tx)).fields.map(({ name }) => name)).toEqual(['n'])
    })
  })
})

describe('names that the server was told to forget', () => {
  it.each(['discard all', 'deallocate all'])(
    'by %s are given anew, inside of transactions too',
    async (forget) => {
      const connection = await openConnection(server)
      const pair = { name: 'pair', text: 'select $1::int as n', values: [7] }
      const automatic = (queryable: Pick<Queryable, 'query'>) =>
        queryable.query('select $1::int + 1 as n', [1])
      await connection.session(async (session) => {
        for (const _ of [1, 2, 3]) await Promise.all([session.query(pair), automatic(session)])
        expect(await names(session)).toBe(2)
        await session.query(forget)
        await session.transaction(async (tx) => {
          for (const _ of [1, 2, 3]) {
            expect((await tx.query(pair)).rows).toEqual([{ n: 7 }])
            expect((await automatic(tx)).rows).toEqual([{ n: 2 }])
          }
        })
        expect(await names(session)).toBe(2)
      })
    },
  )

  it('one by one are given anew, inside of transactions too', async () => {
    const connection = await openConnection(server)
    const pair = { name: 'pair', text: 'select $1::int as n', values: [7] }
    await connection.query(pair)
    await connection.query('deallocate pair')
    await connection.transaction(async (tx) => {
      expect((await tx.query(pair)).rows).toEqual([{ n: 7 }])
    })
  })

  it('with statements behind that still use them are mended', async () => {
    const connection = await openNamed()
    const asked = [connection.query('deallocate all'), ...Array.from({ length: 5 }, () => all(connection))]
    const answers = await Promise.all(asked)
    expect(answers.slice(1).map(({ rows }) => rows)).toEqual(Array.from({ length: 5 }, () => [{ n: 1 }]))
    expect(await names(connection)).toBe(1)
  })
})
