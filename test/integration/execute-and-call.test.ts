import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql(`
  drop schema if exists "Odd ""Schema" cascade;
  create schema "Odd ""Schema";
  create or replace function pgs_add(a int, b int) returns int language sql as 'select a + b';
  create or replace function pgs_rows(n int) returns table (a int, b text)
    language sql as 'select i, i::text from generate_series(1, n) i';
  create or replace function "PgsCamel"() returns text language sql as $$ select 'camel' $$;
  create or replace function "Odd ""Schema"."dotted.name"(v text) returns text language sql as 'select v';
`)
afterAll(async () => {
  await server.sql('drop schema "Odd ""Schema" cascade')
  await server.sql('drop function pgs_add, pgs_rows, "PgsCamel"')
  await server.dispose()
})

describe('execute', () => {
  it('resolves to the rows that were affected (txpostgres 27, point 21)', async () => {
    const connection = await openConnection(server)
    expect(await connection.execute('create temp table t (n int)')).toBe(0)
    expect(await connection.execute('insert into t select generate_series(1, $1::int)', [5])).toBe(5)
    expect(await connection.execute({ text: 'update t set n = n + 1 where n > $1', values: [3] })).toBe(2)
    expect(await connection.execute('delete from t')).toBe(5)
    expect(await connection.execute('set application_name = $$here$$')).toBe(0)
  })

  it('works on a transaction and a session, and rejects as query does', async () => {
    const connection = await openConnection(server)
    expect(await connection.transaction((tx) => tx.execute('select generate_series(1, 3)'))).toBe(3)
    expect(await connection.session((session) => session.execute('select 1'))).toBe(1)
    await expect(connection.execute('selec')).rejects.toMatchObject({ code: '42601' })
  })
})

describe('call', () => {
  it('selects from a function with its arguments (txpostgres 18, point 8)', async () => {
    const connection = await openConnection(server)
    expect((await connection.call('pgs_add', [20, 22])).rows).toEqual([{ pgs_add: 42 }])
    expect((await connection.call('pgs_rows', [2])).rows).toEqual([
      { a: 1, b: '1' },
      { a: 2, b: '2' },
    ])
    expect((await connection.call('PgsCamel')).rows).toEqual([{ PgsCamel: 'camel' }])
  })

  it.each([
    ['pg_catalog.lower', 'lower'],
    ['"pg_catalog".lower', 'lower'],
    ['pg_catalog."lower"', 'lower'],
    ['"pg_catalog"."lower"', 'lower'],
  ])('takes %s with its schema', async (name, column) => {
    const connection = await openConnection(server)
    expect((await connection.call(name, ['ABC'])).rows).toEqual([{ [column]: 'abc' }])
  })

  it('splits at dots outside of double quotes only', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.call('"Odd ""Schema"."dotted.name"', ['x'])
    expect(rows).toEqual([{ 'dotted.name': 'x' }])
  })

  it('folds nothing', async () => {
    const connection = await openConnection(server)
    await expect(connection.call('PGS_ADD', [1, 2])).rejects.toMatchObject({ code: '42883' })
    await expect(connection.call('pgscamel')).rejects.toMatchObject({ code: '42883' })
  })

  it.each([
    'pgs_add(1, 2); drop table pgs_precious; --',
    'pgs_add" (1, 2); drop table pgs_precious; --',
    '"pgs_add" (1, 2); drop table pgs_precious; --',
    'pgs_add(1,2) union select * from pgs_precious where (1',
    "pgs_add'",
    'pgs_add--',
    'pgs_add/*',
    '"pgs_add',
    '"',
    '""',
    '',
    '.',
    'a..b',
    '.lower',
    'lower.',
    'lo\0wer',
  ])('does not let %j out of its quotes', async (name) => {
    const connection = await openConnection(server)
    await server.sql('create table if not exists pgs_precious (n int)')
    const told = await connection.call(name, [1, 2]).then(
      () => 'resolved',
      (error: Error & { code?: string }) => error.code ?? error.name,
    )
    expect(['42883', '3F000', '0A000', 'RangeError']).toContain(told)
    expect(await server.sql(`select to_regclass('pgs_precious') is not null as lives`)).toEqual([
      { lives: true },
    ])
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await server.sql('drop table pgs_precious')
  })

  it('takes the options of a statement, and works on a transaction and a session', async () => {
    const connection = await openConnection(server)
    const mapRow = ([first]: unknown[]) => first
    expect((await connection.call('pgs_add', [1, 2], { mapRow })).rows).toEqual([3])
    expect(await connection.transaction(async (tx) => (await tx.call('pgs_add', [1, 2])).rows)).toEqual([
      { pgs_add: 3 },
    ])
    expect(await connection.session(async (session) => (await session.call('pgs_add', [1, 2])).rows)).toEqual(
      [{ pgs_add: 3 }],
    )
    const signal = AbortSignal.abort(new Error('not now'))
    await expect(connection.call('pgs_add', [1, 2], { signal })).rejects.toThrow('not now')
  })
})
