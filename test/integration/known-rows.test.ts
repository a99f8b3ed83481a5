import type { QueryConfig, QueryResult } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Queryable } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** How often the server has described rows on this session. */
function descriptions(connection: Connection): () => number {
  let count = 0
  const { connection: wire } = connection.unsafeClient as unknown as { connection: NodeJS.EventEmitter }
  wire.on('rowDescription', () => count++)
  return () => count
}

const shapeOf = ({ fields, rows }: QueryResult) => ({
  rows,
  fields: fields.map(({ name, dataTypeID, format }) => ({ name, dataTypeID, format })),
})

/** Asks three times and returns the last answer: by then everything that can be known is. */
async function thrice(queryable: Pick<Queryable, 'query'>, query: QueryConfig): Promise<QueryResult> {
  await queryable.query(query)
  await queryable.query(query)
  return queryable.query(query)
}

const pair = { name: 'pair', text: 'select $1::int as n, $2::text as t', values: [7, 'seven'] }

describe('the rows of a named statement', () => {
  it.each<[string, QueryConfig]>([
    ['given a name', pair],
    ['named by us', { text: pair.text, values: pair.values }],
  ])('are described once when it is %s', async (_, query) => {
    const connection = await openConnection(server)
    const first = await connection.query(query)
    // One without a name, if it is for us to give it one, and one by it.
    await connection.query(query)
    const described = descriptions(connection)
    const later = await Promise.all(Array.from({ length: 20 }, () => connection.query(query)))
    expect(described()).toBe(0)
    for (const result of later) expect(shapeOf(result)).toEqual(shapeOf(first))
  })

  it('are the same to all who ask: what one does with the fields of its result is its own affair', async () => {
    const connection = await openConnection(server)
    for (const _ of [1, 2, 3]) {
      const { fields, rows } = await connection.query(pair)
      expect([fields.map(({ name }) => name), rows]).toEqual([['n', 't'], [{ n: 7, t: 'seven' }]])
      fields.reverse()
      fields.pop()
    }
  })

  it('are read as each use wants them', async () => {
    const connection = await openConnection(server)
    await thrice(connection, pair)
    expect((await connection.query({ ...pair, rowMode: 'array' })).rows).toEqual([[7, 'seven']])
    const types = { getTypeParser: () => (value: string) => `parsed ${value}` }
    expect((await connection.query({ ...pair, types })).rows).toEqual([{ n: 'parsed 7', t: 'parsed seven' }])
    const binary = (await connection.query({ ...pair, binary: true } as QueryConfig)).fields
    expect(binary.map(({ format }) => format)).toEqual(['binary', 'binary'])
    expect((await connection.query(pair)).rows).toEqual([{ n: 7, t: 'seven' }])
  })

  it('are known when there are none, or none with columns', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table t (n int)')
    const none = await thrice(connection, { name: 'none', text: 'select n from t' })
    expect([none.rows, none.fields.map(({ name }) => name)]).toEqual([[], ['n']])
    const inserted = await thrice(connection, {
      name: 'insert',
      text: 'insert into t values ($1)',
      values: [1],
    })
    expect([inserted.rowCount, inserted.rows, inserted.fields]).toEqual([1, [], []])
    const bare = await thrice(connection, { name: 'bare', text: 'select from t' })
    expect(bare.rows).toEqual([{}, {}, {}])
  })

  it.each([
    ['a column has another name', 'alter table t rename n to m', { m: 1 }],
    ['a column has another type', 'alter table t alter n type text', { n: '1' }],
    ['there is another column', 'alter table t add o int', { n: 1, o: null }],
    ['the table is another', "drop table t; create temp table t as select 'x' as x", { x: 'x' }],
  ])('are asked for again when %s', async (_, change, expected) => {
    const connection = await openConnection(server)
    await connection.query('create temp table t as select 1 as n')
    const all = { name: 'all', text: 'select * from t' }
    await thrice(connection, all)
    await connection.query(change)
    const answers = await Promise.all(Array.from({ length: 5 }, () => connection.query(all)))
    expect(answers.map(({ rows }) => rows)).toEqual(answers.map(() => [expected]))
    expect((await connection.query(all)).rows).toEqual([expected])
  })

  it('are asked for each time where they are those of a cursor or of another statement', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const fetched = { name: 'fetch', text: 'fetch all from c' }
      const executed = { name: 'execute', text: 'execute s' }
      for (const [select, expected] of [
        ['select 1 as n', { n: 1 }],
        ["select 2 as m, 'two' as t", { m: 2, t: 'two' }],
        ["select 'three' as n", { n: 'three' }],
      ] as const) {
        await session.query(`begin; declare c cursor for ${select}; prepare s as ${select}`)
        expect((await session.query(fetched)).rows).toEqual([expected])
        expect((await session.query(executed)).rows).toEqual([expected])
        await session.query('commit; deallocate s')
      }
    })
  })

  it('that nobody can read are the affair of one use', async () => {
    const connection = await openConnection(server)
    await thrice(connection, pair)
    const types = {
      getTypeParser: () => {
        throw new Error('no such type')
      },
    }
    const answers = await Promise.allSettled([
      connection.query(pair),
      connection.query({ ...pair, types }),
      connection.query(pair),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: { message: 'no such type' } })
  })
})
