import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a query', () => {
  it('takes a text and values and answers as pg does (txpostgres 25)', async () => {
    const connection = await openConnection(server)
    const result = await connection.query('select $1::int + 1 as next, $2::text as word', [41, 'so'])
    expect(result).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [{ next: 42, word: 'so' }] })
    expect(result.fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
      ['next', 23],
      ['word', 25],
    ])
  })

  it('takes the same as a config, and prefers the values given beside it (txpostgres 21, point 8)', async () => {
    const connection = await openConnection(server)
    const config = { text: 'select $1::int as n', values: [1] }
    expect((await connection.query(config)).rows).toEqual([{ n: 1 }])
    expect((await connection.query(config, [2])).rows).toEqual([{ n: 2 }])
    expect(config).toEqual({ text: 'select $1::int as n', values: [1] })
  })

  it('resolves to the result of the last of several statements', async () => {
    const connection = await openConnection(server)
    const result = await connection.query('select 1 as a; select 2 as b, 3 as c')
    expect(result.rows).toEqual([{ b: 2, c: 3 }])
    expect(
      await connection.execute('select 1; create temp table t (n int); insert into t values (1), (2)'),
    ).toBe(2)
  })

  it.each(['', ' ', ';', '-- nothing', '/* nothing */'])(
    'resolves to no rows for the text %j',
    async (text) => {
      const connection = await openConnection(server)
      const { rows, rowCount, command } = await connection.query(text)
      expect({ rows, rowCount, command }).toEqual({ rows: [], rowCount: null, command: null })
      expect(await connection.execute(text)).toBe(0)
    },
  )

  it('answers with arrays by rowMode, names repeated included', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.query({
      text: 'select 1 as n, 2 as n, $1::text',
      values: ['x'],
      rowMode: 'array',
    })
    expect(rows).toEqual([[1, 2, 'x']])
  })

  it('reads values with the types of its config', async () => {
    const connection = await openConnection(server)
    const types = { getTypeParser: () => (value: string | Buffer) => `<${String(value)}>` }
    const { rows } = await connection.query({ text: 'select 1 as n, now() is null as b', types })
    expect(rows).toEqual([{ n: '<1>', b: '<f>' }])
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('reads values with the types of the connection, unless its config has others', async () => {
    const types = { getTypeParser: () => (value: string | Buffer) => `<${String(value)}>` }
    const others = { getTypeParser: () => () => 'other' }
    const connection = await openConnection(server, { types })
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: '<1>' }])
    expect((await connection.query({ text: 'select 1 as n', types: others })).rows).toEqual([{ n: 'other' }])
    expect((await connection.query('select 1; select 2 as n')).rows).toEqual([{ n: '<2>' }])
    expect((await connection.transaction((tx) => tx.query('select 3 as n'))).rows).toEqual([{ n: '<3>' }])
  })

  it('reads large answers whole', async () => {
    const connection = await openConnection(server)
    const text = `select n, repeat('x', 100) as x from generate_series(1, 50000) n`
    const [large, small] = await Promise.all([connection.query(text), connection.query('select 1 as n')])
    expect(large.rows).toHaveLength(50_000)
    expect(large.rows.at(-1)).toEqual({ n: 50_000, x: 'x'.repeat(100) })
    expect(small.rows).toEqual([{ n: 1 }])
    const payload = 'ü'.repeat(2_000_000)
    const { rows } = await connection.query('select length($1::text) as n', [payload])
    expect(rows).toEqual([{ n: 2_000_000 }])
  })

  it('goes by the extended protocol when queryMode says so, which takes one statement at a time', async () => {
    const connection = await openConnection(server)
    const one = { text: 'select 7 as n', queryMode: 'extended' }
    expect((await connection.query(one)).rows).toEqual([{ n: 7 }])
    const two = { text: 'select 1; select 2', queryMode: 'extended' }
    await expect(connection.query(two)).rejects.toMatchObject({ code: '42601', severity: 'ERROR' })
    expect((await connection.query(one)).rows).toEqual([{ n: 7 }])
  })

  it('reads binary results where the config asks for them', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.query({
      text: 'select $1::int4 as n',
      values: [1],
      binary: true,
    } as never)
    expect(rows).toEqual([{ n: 1 }])
  })

  it('parses a named statement once and runs it by its name from then on', async () => {
    const connection = await openConnection(server)
    for (const n of [1, 2, 3]) {
      const { rows } = await connection.query({
        name: 'plus one',
        text: 'select $1::int + 1 as n',
        values: [n],
      })
      expect(rows).toEqual([{ n: n + 1 }])
    }
    const { rows } = await connection.query('select name, statement from pg_prepared_statements')
    expect(rows).toEqual([{ name: 'plus one', statement: 'select $1::int + 1 as n' }])
  })

  it('refuses a name for two texts, and both stay usable', async () => {
    const connection = await openConnection(server)
    await connection.query({ name: 'one name', text: 'select 1 as n' })
    await expect(connection.query({ name: 'one name', text: 'select 2 as n' })).rejects.toThrow('one name')
    expect((await connection.query({ name: 'one name', text: 'select 1 as n' })).rows).toEqual([{ n: 1 }])
    expect((await connection.query('select 2 as n')).rows).toEqual([{ n: 2 }])
  })

  it('lets a server error through untouched, with all its fields (txpostgres 22)', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table account (id int primary key)')
    await connection.query('insert into account values (1)')
    const failing = connection.query('insert into account values (1)')
    await expect(failing).rejects.toMatchObject({
      name: 'error',
      severity: 'ERROR',
      code: '23505',
      detail: 'Key (id)=(1) already exists.',
      table: 'account',
      constraint: 'account_pkey',
      routine: '_bt_check_unique',
    })
    expect(connection.state).toBe('connected')
  })

  it('has the order of its calls, also when 2000 are asked for in one tick (txpostgres 26)', async () => {
    const connection = await openConnection(server)
    const order: number[] = []
    const asked = Array.from({ length: 2000 }, async (_, n) => {
      const { rows } = await connection.query<{ n: number }>('select $1::int as n', [n])
      order.push(n)
      return rows[0]?.n
    })
    expect(connection.pending).toBe(2000)
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 2000 }, (_, n) => n))
    expect(order).toEqual(Array.from({ length: 2000 }, (_, n) => n))
    expect(connection.pending).toBe(0)
  })

  it('runs one at a time with the pipeline switched off, answers included', async () => {
    const connection = await openConnection(server, { pipeline: false })
    const slow = connection.query('select pg_sleep(0.05)')
    const quick = connection.query('select 1 as n')
    expect(connection.pending).toBe(2)
    await slow
    expect((await quick).rows).toEqual([{ n: 1 }])
    await expect(connection.query('selec')).rejects.toMatchObject({ code: '42601' })
    expect((await connection.query('select 2 as n')).rows).toEqual([{ n: 2 }])
  })
})
