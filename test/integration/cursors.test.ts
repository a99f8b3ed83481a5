import { afterAll, describe, expect, it } from 'vitest'
import { HandleRevokedError, type Queryable } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const numbers = (last: number) => `select n from generate_series(1, ${last}) n`
const upTo = (last: number) => Array.from({ length: last }, (_, index) => ({ n: index + 1 }))

const badCounts = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5', null, {}, true, 1n]

const badCursors: [what: string, query: unknown, values?: unknown, options?: unknown][] = [
  ['an option nobody knows', 'select 1', [], { batch: 5 }],
  ['a batchSize of 0', 'select 1', [], { batchSize: 0 }],
  ['a batchSize that is a text', 'select 1', [], { batchSize: '5' }],
  ['a negative idleTimeoutMs', 'select 1', [], { idleTimeoutMs: -1 }],
  ['a timeoutMs of 0', 'select 1', [], { timeoutMs: 0 }],
  ['a signal that is none', 'select 1', [], { signal: {} }],
  ['a text that is a number', 5],
  ['values that are no array', 'select $1', 'x'],
]

/** The same on everything that takes statements. */
const places: [string, <T>(work: (on: Queryable) => Promise<T>) => Promise<T>][] = [
  ['a connection', async (work) => work(await openConnection(server))],
  ['a transaction', async (work) => (await openConnection(server)).transaction(work)],
  [
    'a nested transaction',
    async (work) => (await openConnection(server)).transaction((tx) => tx.transaction(work)),
  ],
  ['a session', async (work) => (await openConnection(server)).session(work)],
  [
    'a session with a transaction begun by hand',
    async (work) =>
      (await openConnection(server)).session(async (session) => {
        await session.query('begin')
        const result = await work(session)
        await session.query('commit')
        return result
      }),
  ],
  [
    'a transaction of a session',
    async (work) => (await openConnection(server)).session((session) => session.transaction(work)),
  ],
]

describe.each(places)('a cursor on %s', (_, inside) => {
  it('fetches one row, several, and the rest', () =>
    inside(async (on) => {
      const cursor = on.cursor(numbers(10))
      expect(await cursor.fetchOne()).toEqual({ n: 1 })
      expect(await cursor.fetchMany(3)).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }])
      expect(await cursor.fetchAll()).toEqual(upTo(10).slice(4))
      expect([await cursor.fetchOne(), await cursor.fetchMany(5), await cursor.fetchAll()]).toEqual([
        undefined,
        [],
        [],
      ])
      await cursor.close()
    }))

  it('iterates over all rows, batch by batch', () =>
    inside(async (on) => {
      for (const batchSize of [1, 3, 10, 11, 1000]) {
        const rows: unknown[] = []
        for await (const row of on.cursor(numbers(10), [], { batchSize })) rows.push(row)
        expect(rows).toEqual(upTo(10))
      }
    }))

  it('has an end before the first of no rows, and behind the only one', () =>
    inside(async (on) => {
      expect(await on.cursor('select 1 where false').fetchOne()).toBeUndefined()
      expect(await on.cursor('select 1 where false').fetchAll()).toEqual([])
      const only = on.cursor('select 1 as n')
      expect(await only.fetchMany(1)).toEqual([{ n: 1 }])
      expect(await only.fetchMany(1)).toEqual([])
      for await (const row of on.cursor('select 1 where false')) expect(row).toBe('none')
    }))

  it('takes values', () =>
    inside(async (on) => {
      const values = [3, { a: [1] }]
      const cursor = on.cursor('select $1::int + n as n, $2::jsonb as j from generate_series(1, 2) n', values)
      values[0] = 100
      expect(await cursor.fetchAll()).toEqual([
        { n: 4, j: { a: [1] } },
        { n: 5, j: { a: [1] } },
      ])
      expect(await on.cursor({ text: 'select $1::text as v', values: ['x'] }).fetchAll()).toEqual([
        { v: 'x' },
      ])
    }))

  it('makes rows as its config or its mapper says', () =>
    inside(async (on) => {
      const text = `select 7 as n, 'x' as t`
      expect(await on.cursor({ text, rowMode: 'array' }).fetchAll()).toEqual([[7, 'x']])
      const mapRow = (values: unknown[], fields: { name: string }[]) =>
        new Map(fields.map(({ name }, at) => [name, values[at]]))
      const [row] = await on.cursor(text, [], { mapRow }).fetchAll()
      expect(row).toEqual(
        new Map<string, unknown>([
          ['n', 7],
          ['t', 'x'],
        ]),
      )
      const types = { getTypeParser: () => (value: string) => `<${value}>` }
      expect(await on.cursor({ text, types }).fetchAll()).toEqual([{ n: '<7>', t: '<x>' }])
      const binary = { text: 'select 258::int as n', binary: true, types: types as never }
      expect(await on.cursor(binary).fetchAll()).toEqual([{ n: '<\0\0\x01\x02>' }])
    }))

  it('does fetches that overlap in their order', () =>
    inside(async (on) => {
      const cursor = on.cursor(numbers(6))
      const asked = [
        cursor.fetchOne(),
        cursor.fetchMany(2),
        cursor.fetchOne(),
        cursor.fetchAll(),
        cursor.close(),
      ]
      expect(await Promise.all(asked)).toEqual([
        { n: 1 },
        [{ n: 2 }, { n: 3 }],
        { n: 4 },
        [{ n: 5 }, { n: 6 }],
        undefined,
      ])
    }))

  it('shares one position between iteration and fetches', () =>
    inside(async (on) => {
      const cursor = on.cursor<{ n: number }>(numbers(9), [], { batchSize: 4 })
      const seen: unknown[] = []
      for await (const { n } of cursor) {
        seen.push(n)
        if (n === 2) seen.push(await cursor.fetchMany(3))
        if (n === 6) seen.push(await cursor.fetchAll())
      }
      expect(seen).toEqual([1, 2, [{ n: 3 }, { n: 4 }, { n: 5 }], 6, upTo(9).slice(6)])
    }))

  it('is closed by leaving the loop, close() and await using (txpostgres 19, point 21)', () =>
    inside(async (on) => {
      const left = on.cursor(numbers(9))
      for await (const _row of left) break
      const closed = on.cursor(numbers(9))
      await closed.fetchOne()
      await Promise.all([closed.close(), closed.close()])
      let used: typeof closed
      {
        await using cursor = on.cursor(numbers(9))
        await cursor.fetchOne()
        used = cursor
      }
      const unused = on.cursor('selec nothing')
      await unused.close()
      for (const cursor of [left, closed, used, unused]) {
        await expect(cursor.fetchOne()).rejects.toBeInstanceOf(HandleRevokedError)
        await expect(cursor.fetchAll()).rejects.toBeInstanceOf(HandleRevokedError)
        await cursor.close()
      }
      const { rows } = await on.query('select count(*)::int as open from pg_cursors')
      expect(rows).toEqual([{ open: 0 }])
    }))

  it('refuses to fetch any count that is none, and goes on', () =>
    inside(async (on) => {
      const cursor = on.cursor(numbers(3))
      expect(await cursor.fetchOne()).toEqual({ n: 1 })
      for (const count of badCounts) {
        await expect(cursor.fetchMany(count as number), typeof count).rejects.toBeInstanceOf(RangeError)
      }
      expect(await cursor.fetchMany(2)).toEqual([{ n: 2 }, { n: 3 }])
      await cursor.close()
    }))

  it('rejects bad input at its first fetch, and disturbs nothing', () =>
    inside(async (on) => {
      for (const [what, query, values, options] of badCursors) {
        const cursor = on.cursor(query as string, values as [], options as object)
        const invalid = { code: 'INVALID_OPTION' }
        await expect(cursor.fetchOne(), what).rejects.toMatchObject(invalid)
        await expect(cursor.fetchMany(2), what).rejects.toMatchObject(invalid)
        await expect(cursor[Symbol.asyncIterator]().next(), what).rejects.toMatchObject(invalid)
        await cursor.close()
      }
      const cursor = on.cursor(numbers(2))
      for (const options of [5, { timeout: 5 }, { timeoutMs: -1 }, { signal: {} }]) {
        await expect(cursor.fetchOne(options as object)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      }
      expect(await cursor.fetchAll()).toEqual(upTo(2))
    }))
})

describe.each(places.slice(1))('a cursor on %s', (_, inside) => {
  it('lets other statements of the handle run between its fetches', () =>
    inside(async (on) => {
      const cursor = on.cursor(numbers(4), [], { batchSize: 2 })
      const seen: unknown[] = []
      for await (const { n } of cursor) {
        const { rows } = await on.query('select $1::int * 10 as n', [n])
        seen.push(rows[0].n)
      }
      expect(seen).toEqual([10, 20, 30, 40])
    }))

  it('reads beside another', () =>
    inside(async (on) => {
      const [odd, even] = [1, 2].map((first) => on.cursor(`select n from generate_series(${first}, 6, 2) n`))
      const seen: unknown[] = []
      for (;;) {
        const pair = [await odd!.fetchOne(), await even!.fetchOne()]
        if (pair[0] === undefined) break
        seen.push(...pair)
      }
      expect(seen).toEqual(upTo(6))
      await Promise.all([odd!.close(), even!.close()])
    }))
})
