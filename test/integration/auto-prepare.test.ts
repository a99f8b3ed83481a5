import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Which statements the server knows by a name on this session, in the order in which they got it. */
async function prepared(connection: Pick<Connection, 'query'>): Promise<string[]> {
  const { rows } = await connection.query<{ statement: string }>(
    'select statement from pg_prepared_statements order by prepare_time, name',
  )
  return rows.map(({ statement }) => statement)
}

const double = 'select $1::int * 2 as n'
const ask = async (connection: Pick<Connection, 'query'>, n: number, text = double) =>
  (await connection.query<{ n: number }>(text, [n])).rows[0]?.n

describe('autoPrepare', () => {
  it('names a statement with values from its second use on', async () => {
    const connection = await openConnection(server)
    expect(await ask(connection, 1)).toBe(2)
    expect(await prepared(connection)).toEqual([])
    expect(await ask(connection, 2)).toBe(4)
    expect(await prepared(connection)).toEqual([double])
    expect(await ask(connection, 3)).toBe(6)
    expect(await prepared(connection)).toEqual([double])
  })

  it('names nothing without values, and nothing that comes but once', async () => {
    const connection = await openConnection(server)
    for (const _ of [1, 2, 3]) await connection.query('select 1')
    for (const n of [1, 2, 3]) await ask(connection, n, `select $1::int + ${n} as n`)
    expect(await prepared(connection)).toEqual([])
  })

  it('names in transactions and sessions as well', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      await ask(tx, 1)
      await ask(tx, 2)
      expect(await prepared(tx)).toEqual([double])
    })
    await connection.session(async (session) => {
      expect(await ask(session, 3)).toBe(6)
      expect(await prepared(session)).toEqual([double])
    })
  })

  it('switched off names nothing, and a name given by hand is still a name', async () => {
    const connection = await openConnection(server, { autoPrepare: false })
    for (const n of [1, 2, 3]) await ask(connection, n)
    expect(await prepared(connection)).toEqual([])
    await connection.query({ name: 'given', text: double, values: [1] })
    expect(await prepared(connection)).toEqual([double])
  })

  it('keeps no more names than its limit: the least recently used are closed on the server', async () => {
    const connection = await openConnection(server, { autoPrepare: { limit: 3 } })
    const text = (k: number) => `select $1::int + ${k} as n`
    const use = async (k: number) => expect(await ask(connection, 1, text(k))).toBe(1 + k)
    for (const k of [1, 1, 2, 2, 3, 3]) await use(k)
    expect(await prepared(connection)).toEqual([1, 2, 3].map(text))
    await use(1)
    for (const k of [4, 4]) await use(k)
    expect(await prepared(connection)).toEqual([1, 3, 4].map(text))
    for (const k of [2, 2]) await use(k)
    expect(await prepared(connection)).toEqual([1, 4, 2].map(text))
  })

  it('keeps its limit also when many texts come at once', async () => {
    const connection = await openConnection(server, { autoPrepare: { limit: 5 } })
    const texts = Array.from({ length: 50 }, (_, k) => `select $1::int + ${k} as n`)
    for (const _ of [1, 2, 3]) {
      const answers = await Promise.all(texts.map((text) => ask(connection, 1, text)))
      expect(answers).toEqual(texts.map((_each, k) => 1 + k))
    }
    await connection.query('select 1')
    expect((await prepared(connection)).length).toBeLessThanOrEqual(5)
  })

  it('leaves no names behind when a statement fails each time', async () => {
    const connection = await openConnection(server)
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      await expect(connection.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
    }
    await connection.query('select 1')
    expect(await prepared(connection)).toEqual(['select 1 / $1::int'])
    for (const _ of [1, 2, 3]) {
      await expect(connection.query('select $1::int from pgs_none', [0])).rejects.toMatchObject({
        code: '42P01',
      })
    }
    expect(await prepared(connection)).toEqual(['select 1 / $1::int'])
  })

  it('heals names that the server lost to DEALLOCATE ALL', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2]) await ask(connection, n)
    await connection.query('deallocate all')
    expect(await ask(connection, 3)).toBe(6)
    expect(await prepared(connection)).toEqual([double])
  })

  it('heals names that the server lost to DISCARD ALL, also when ten uses are in flight', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2]) await ask(connection, n)
    await connection.query('discard all')
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(connection, n)))
    expect(answers).toEqual(Array.from({ length: 10 }, (_, n) => 2 * n))
  })

  it('heals a name whose result the table outgrew', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table t (a int)')
    await connection.query('insert into t values (1)')
    const text = 'select * from t where a = $1'
    for (const _ of [1, 2, 3]) expect((await connection.query(text, [1])).rows).toEqual([{ a: 1 }])
    await connection.query(`alter table t add column b text default 'new'`)
    const answers = await Promise.all([1, 2, 3].map(() => connection.query(text, [1])))
    for (const { rows } of answers) expect(rows).toEqual([{ a: 1, b: 'new' }])
    expect((await connection.query(text, [1])).rows).toEqual([{ a: 1, b: 'new' }])
    expect(await prepared(connection)).toEqual([text])
  })

  it('heals a name given by hand in the same way', async () => {
    const connection = await openConnection(server)
    const named = { name: 'mine', text: double, values: [4] }
    await connection.query(named)
    await connection.query('discard all')
    expect((await connection.query(named)).rows).toEqual([{ n: 8 }])
    await connection.query('create temp table t (a int)')
    const all = { name: 'all', text: 'select * from t' }
    expect((await connection.query(all)).rows).toEqual([])
    await connection.query('alter table t add column b int')
    const answers = await Promise.all([1, 2, 3].map(() => connection.query(all)))
    for (const { fields } of answers) expect(fields.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(await prepared(connection)).toEqual([double, 'select * from t'])
  })

  it('does not heal inside a transaction, whose error it is; the next use outside is well again', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2]) await ask(connection, n)
    // Nobody can see from here what a function does.
    await connection.query(`create function pg_temp.forgets() returns void language plpgsql as
      $$ begin execute 'deallocate all'; end $$`)
    expect(await ask(connection, 3)).toBe(6)
    await connection.query('select pg_temp.forgets()')
    const failing = connection.transaction((tx) => ask(tx, 3))
    await expect(failing).rejects.toMatchObject({ code: '26000' })
    expect(await ask(connection, 4)).toBe(8)
    expect(await connection.transaction((tx) => ask(tx, 5))).toBe(10)
  })

  it('heals inside a session that is in no transaction', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2]) await ask(connection, n)
    await connection.session(async (session) => {
      await session.query('discard all')
      expect(await ask(session, 3)).toBe(6)
    })
  })

  it('does not take an error of the same code for a lost name', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table runs (n int)')
    await connection.query(`
      create function pg_temp.fails(n int) returns int language plpgsql as $$
      begin raise exception 'mine' using errcode = '0A000'; end $$`)
    const text = 'select pg_temp.fails($1)'
    for (const _ of [1, 2, 3]) {
      await expect(connection.query(text, [1])).rejects.toMatchObject({ code: '0A000', message: 'mine' })
    }
    await expect(connection.query('execute pgs_unknown(1)')).rejects.toMatchObject({ code: '26000' })
  })

  it('forgets its names with the session, and learns them again on the next', async () => {
    const connection = await openConnection(server, { whileDown: { waitMs: 5000 } })
    for (const n of [1, 2]) await ask(connection, n)
    await server.sql('select pg_terminate_backend($1)', [connection.processId])
    for (const n of [3, 4]) expect(await ask(connection, n).catch(() => 2 * n)).toBe(2 * n)
    await connection.ready()
    for (const n of [5, 6]) expect(await ask(connection, n)).toBe(2 * n)
    expect(await prepared(connection)).toEqual([double])
  })
})

describe('a name given by hand', () => {
  it('longer than the server keeps is kept apart from its like', async () => {
    const connection = await openConnection(server)
    const named = (end: string, n: number) => ({
      name: `${'long '.repeat(20)}${end}`,
      text: `select ${n} as ${end}`,
    })
    for (const _ of [1, 2]) {
      expect((await connection.query(named('one', 1))).rows).toEqual([{ one: 1 }])
      expect((await connection.query(named('two', 2))).rows).toEqual([{ two: 2 }])
    }
    expect(await prepared(connection)).toEqual(['select 1 as one', 'select 2 as two'])
  })

  it('is one of at most 256: the least recently used is closed, and comes back when it is used', async () => {
    const connection = await openConnection(server)
    const use = (k: number) => connection.query({ name: `given ${k}`, text: `select ${k} as k` })
    await Promise.all(Array.from({ length: 257 }, (_, k) => use(k)))
    const names = await prepared(connection)
    expect(names).toHaveLength(256)
    expect(names).not.toContain('select 0 as k')
    const again = await connection.transaction((tx) => tx.query({ name: 'given 0', text: 'select 0 as k' }))
    expect(again.rows).toEqual([{ k: 0 }])
  })

  it('that looks like one of ours is told from it', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2]) await ask(connection, n)
    const { rows } = await connection.query<{ name: string }>('select name from pg_prepared_statements')
    const named = { name: rows[0]!.name, text: 'select 5 as n' }
    expect((await connection.query(named)).rows).toEqual([{ n: 5 }])
    expect(await ask(connection, 3)).toBe(6)
    expect((await connection.query(named)).rows).toEqual([{ n: 5 }])
  })
})
