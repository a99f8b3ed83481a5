import type { FieldDef } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const text = 'select n, n * 10 as ten from generate_series(1, 2) n'
const namesAndValues = (values: unknown[], fields: FieldDef[]) =>
  fields.map(({ name }, index) => `${name}=${String(values[index])}`).join(' ')
const mapped = ['n=1 ten=10', 'n=2 ten=20']
const plain = [
  { n: 1, ten: 10 },
  { n: 2, ten: 20 },
]

describe('mapRow', () => {
  it('makes the rows of one query from their values and fields', async () => {
    const connection = await openConnection(server)
    const result = await connection.query(text, [], { mapRow: namesAndValues })
    expect(result).toMatchObject({ rows: mapped, rowCount: 2, command: 'SELECT' })
    expect((await connection.query({ text, mapRow: namesAndValues })).rows).toEqual(mapped)
    expect((await connection.query(text)).rows).toEqual(plain)
  })

  it('of the connection makes the rows of every query, and a query has the last word', async () => {
    const connection = await openConnection(server, { mapRow: namesAndValues })
    expect((await connection.query(text)).rows).toEqual(mapped)
    expect((await connection.transaction((tx) => tx.query(text))).rows).toEqual(mapped)
    expect((await connection.session((session) => session.query(text))).rows).toEqual(mapped)
    expect((await connection.query(text, [], { mapRow: (values) => values.length })).rows).toEqual([2, 2])
    expect((await connection.query({ text, mapRow: (values) => values[0] })).rows).toEqual([1, 2])
    expect((await connection.query({ text, rowMode: 'array' })).rows).toEqual([
      [1, 10],
      [2, 20],
    ])
  })

  it('is kept when options stand beside its config', async () => {
    const connection = await openConnection(server)
    const config = { text, mapRow: namesAndValues }
    expect((await connection.query(config, [], { timeoutMs: 10_000 })).rows).toEqual(mapped)
  })

  it('hears the values in their order also where names repeat, whatever rowMode says', async () => {
    const connection = await openConnection(server, { rowMode: 'array' })
    const mapRow = (values: unknown[]) => values
    const twice = 'select 1 as n, 2 as n'
    expect((await connection.query(twice, [], { mapRow })).rows).toEqual([[1, 2]])
    expect((await connection.query({ text: twice, rowMode: 'array', mapRow })).rows).toEqual([[1, 2]])
  })

  it('is not asked by execute and notify, which have no rows', async () => {
    const asked: unknown[] = []
    const mapRow = (values: unknown[]) => asked.push(values)
    const connection = await openConnection(server, { mapRow })
    expect(await connection.execute(text)).toBe(2)
    await connection.notify('pgs_map_row')
    expect(asked).toEqual([])
  })

  it('is asked for the last of several statements', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.query('select 1; select 2, 3', [], { mapRow: (values) => values })
    expect(rows).toEqual([[2, 3]])
  })

  it('rejects its query with what it throws, and nothing else', async () => {
    const connection = await openConnection(server)
    const fault = new Error('cannot map this')
    const mapRow = () => {
      throw fault
    }
    const before = connection.query(text)
    const failing = connection.query(text, [], { mapRow })
    const after = connection.query(text)
    await expect(failing).rejects.toBe(fault)
    expect((await before).rows).toEqual(plain)
    expect((await after).rows).toEqual(plain)
    expect(connection.pending).toBe(0)
  })

  it('that throws in a transaction leaves the transaction as it was', async () => {
    const connection = await openConnection(server)
    const mapRow = () => {
      throw new Error('cannot map this')
    }
    const answer = await connection.transaction(async (tx) => {
      await expect(tx.query(text, [], { mapRow })).rejects.toThrow('cannot map this')
      void tx.query(text, [], { mapRow })
      return tx.query(text)
    })
    expect(answer.rows).toEqual(plain)
  })
})

describe('rowMode of a connection', () => {
  it('answers every query with arrays, and a query has the last word', async () => {
    const connection = await openConnection(server, { rowMode: 'array' })
    const arrays = [
      [1, 10],
      [2, 20],
    ]
    expect((await connection.query(text)).rows).toEqual(arrays)
    expect((await connection.transaction((tx) => tx.query(text))).rows).toEqual(arrays)
    expect((await connection.call('pg_catalog.lower', ['A'])).rows).toEqual([['a']])
    expect((await connection.query({ text, rowMode: 'object' } as never)).rows).toEqual(plain)
  })
})
