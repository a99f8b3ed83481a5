import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('values of a statement', () => {
  it.each([
    ['a Date', 'select $1::timestamptz as v', new Date('2024-02-29T12:34:56.789Z')],
    ['bytes', 'select $1::bytea as v', Buffer.from([0, 1, 127, 128, 255])],
    ['an array of numbers with a null', 'select $1::int[] as v', [1, null, 3]],
    [
      'an array of text that needs quoting',
      'select $1::text[] as v',
      ['a"b', 'c,d', 'e\\f', '', 'NULL', '{}'],
    ],
    [
      'a nested array',
      'select $1::int[][] as v',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['an object as JSON', 'select $1::jsonb as v', { a: [1, { b: null }], 'ü"': '\\' }],
    ['an empty text', 'select $1::text as v', ''],
    ['text beyond the first plane', 'select $1::text as v', 'æ–ß 🐘 中'],
    ['a boolean', 'select $1::bool as v', true],
    ['a float', 'select $1::float8 as v', 0.1],
    ['null', 'select $1::int as v', null],
  ])('%s comes back as it went', async (_, text, value) => {
    const connection = await openConnection(server)
    const { rows } = await connection.query<{ v: unknown }>(text, [value])
    expect(rows[0]?.v).toEqual(value)
  })

  it('a BigInt, a typed array and undefined are written as pg writes them', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.query(
      'select $1::int8 as big, $2::bytea as bytes, $3::text as nothing',
      [2n ** 62n, new Uint8Array([1, 2]), undefined],
    )
    expect(rows).toEqual([{ big: '4611686018427387904', bytes: Buffer.from([1, 2]), nothing: null }])
  })

  it('an object says itself how it is written, by toPostgres', async () => {
    const connection = await openConnection(server)
    const point = { x: 1, y: 2, toPostgres: () => '(1,2)' }
    const nested = { toPostgres: (prepare: (value: unknown) => unknown) => prepare(new Date(0)) }
    const { rows } = await connection.query('select $1::point as p, $2::timestamptz as t', [point, nested])
    expect(rows).toEqual([{ p: { x: 1, y: 2 }, t: new Date(0) }])
  })

  it('go as they were at the call, whatever is changed while the statement waits', async () => {
    const connection = await openConnection(server)
    const values = [1]
    const order = { id: 1 }
    const answers = await connection.transaction(async (tx) => {
      const waiting = [
        connection.query({ text: 'select $1::int as v', values, detached: true }),
        connection.query({ text: 'select $1::jsonb as v', values: [order], detached: true }),
      ]
      values[0] = 2
      order.id = 2
      await tx.query('select 1')
      return waiting
    })
    const rows = (await Promise.all(answers)).map((answer) => answer.rows[0].v)
    expect(rows).toEqual([1, { id: 1 }])
  })
})

describe('values that cannot be written', () => {
  const cycle: Record<string, unknown> = {}
  cycle['itself'] = cycle
  const refusing = {
    toPostgres: () => {
      throw new Error('not me')
    },
  }

  it.each([
    ['a BigInt inside JSON', { n: 1n }, TypeError],
    ['a circular object', cycle, TypeError],
    ['a toPostgres that throws', refusing, Error],
    ['a BigInt inside JSON inside an array', [{ n: 1n }], TypeError],
  ])('%s rejects before sending, and its neighbours and its name are unharmed', async (_, value, kind) => {
    const connection = await openConnection(server)
    const statement = (v: unknown) => ({ name: 'a name', text: 'select $1::jsonb as v', values: [v] })
    const before = connection.query('select 1 as n')
    const failing = connection.query(statement(value))
    const after = connection.query('select 2 as n')
    await expect(failing).rejects.toBeInstanceOf(kind)
    expect((await before).rows).toEqual([{ n: 1 }])
    expect((await after).rows).toEqual([{ n: 2 }])
    expect((await connection.query(statement({ a: 1 }))).rows).toEqual([{ v: { a: 1 } }])
    expect(connection.pending).toBe(0)
  })

  it('a transaction is not harmed by them', async () => {
    const connection = await openConnection(server)
    const answer = await connection.transaction(async (tx) => {
      await expect(tx.query('select $1::jsonb', [{ n: 1n }])).rejects.toBeInstanceOf(TypeError)
      return tx.query('select 1 as n')
    })
    expect(answer.rows).toEqual([{ n: 1 }])
  })

  it.each([
    ['text with a NUL', 'select $1::text', ['a\0b'], '22021'],
    ['too many values', 'select $1::int', [1, 2], '08P01'],
    ['too few values', 'select $1::int, $2::int', [1], '08P01'],
    ['a value of the wrong kind', 'select $1::int', ['one'], '22P02'],
  ])('%s is refused by the server, and the connection stays', async (_, text, values, code) => {
    const connection = await openConnection(server)
    const { processId } = connection
    const after: Promise<unknown>[] = []
    const failing = connection.query(text, values)
    after.push(connection.query('select 1'))
    await expect(failing).rejects.toMatchObject({ code, severity: 'ERROR' })
    await Promise.all(after)
    expect(connection.processId).toBe(processId)
  })

  it('a statement with a NUL in its text is refused, and its neighbours are unharmed', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const before = connection.query('select 1 as n')
    const simple = connection.query('select 2\0; select 3')
    const extended = connection.query('select $1::int\0 as n', [2])
    const after = connection.query('select 4 as n')
    await expect(simple).rejects.toMatchObject({ code: '08P01' })
    await expect(extended).rejects.toMatchObject({ code: '08P01' })
    expect((await before).rows).toEqual([{ n: 1 }])
    expect((await after).rows).toEqual([{ n: 4 }])
    expect(connection.processId).toBe(processId)
  })

  it('more values than a statement can carry are refused, and its neighbours are unharmed', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const before = connection.query('select 1 as n')
    const failing = connection.query(
      'select $1::int',
      Array.from({ length: 65_537 }, () => 1),
    )
    const after = connection.query('select 4 as n')
    await expect(failing).rejects.toMatchObject({ code: '08P01' })
    expect((await before).rows).toEqual([{ n: 1 }])
    expect((await after).rows).toEqual([{ n: 4 }])
    expect(connection.processId).toBe(processId)
  })
})

describe('a type parser that throws', () => {
  const fault = new Error('cannot read this')
  const throwing = (): never => {
    throw fault
  }

  it.each([
    ['while a value is read', { getTypeParser: () => throwing }],
    ['while it is looked up', { getTypeParser: throwing }],
  ])('rejects its own statement with what it threw %s, and nothing else', async (_, types) => {
    const connection = await openConnection(server)
    const before = connection.query('select 1 as n')
    const failing = connection.query({ text: 'select n from generate_series(1, 3) n', types })
    const several = connection.query({ text: 'select 1 as n; select 2 as n', types })
    const after = connection.query('select 2 as n')
    await expect(failing).rejects.toBe(fault)
    await expect(several).rejects.toBe(fault)
    expect((await before).rows).toEqual([{ n: 1 }])
    expect((await after).rows).toEqual([{ n: 2 }])
    expect(connection.state).toBe('connected')
  })

  it('rejects also when what it threw is empty', async () => {
    const connection = await openConnection(server)
    const nothing: unknown = undefined
    const types = {
      getTypeParser: () => () => {
        throw nothing
      },
    }
    await expect(connection.query({ text: 'select 1', types })).rejects.toThrow('threw something empty')
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})
