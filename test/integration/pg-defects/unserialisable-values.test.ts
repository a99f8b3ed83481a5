import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { errorOf } from '../../support/error-of.ts'
import { openConnection } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())

const text = 'select $1::jsonb as j'
const wrong: [string, () => unknown][] = [
  ['a BigInt inside JSON', () => ({ a: 1n })],
  [
    'a circular object',
    () => {
      const circle: Record<string, unknown> = {}
      circle['self'] = circle
      return circle
    },
  ],
  [
    'a toPostgres that throws',
    () => ({
      toPostgres: () => {
        throw new TypeError('no')
      },
    }),
  ],
  // Not an object, so that it passes the fence in front and is stopped by pg's serialiser.
  [
    'a function whose toString throws',
    () =>
      Object.assign(() => undefined, {
        toString: () => {
          throw new TypeError('no')
        },
      }),
  ],
]

describe('P1: a value that cannot be serialised', () => {
  it('poisons the name of its statement for the life of the connection on bare pg', async () => {
    const client = await bareClient(server)
    const named = (value: unknown) => client.query({ name: 'p1', text, values: [value] })
    expect(await errorOf(named({ a: 1n }))).toBeInstanceOf(TypeError)
    for (const _ of [1, 2, 3]) expect(await errorOf(named({ a: 1 }))).toMatchObject({ code: '26000' })
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    describe.each(wrong)('%s', (_what, value) => {
      it.each([['p1'], [undefined]])('leaves the name %s usable', async (name) => {
        const connection = await openConnection(server, config)
        const named = name === undefined ? { text } : { name, text }
        const ask = async (of: unknown) => (await connection.query({ ...named, values: [of] })).rows[0].j
        // The third use of a text goes by a name of ours.
        for (const n of [1, 2]) expect(await ask({ n })).toEqual({ n })
        for (const _ of [1, 2]) expect(await errorOf(ask(value()))).toBeInstanceOf(TypeError)
        for (const n of [3, 4]) expect(await ask({ n })).toEqual({ n })
      })

      it('is the affair of its own statement: neighbours get their own answers', async () => {
        const connection = await openConnection(server, config)
        const answers = await Promise.all(
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(async (n) => {
            if (n === 5) return errorOf(connection.query({ name: 'p1', text, values: [value()] }))
            return (await connection.query({ name: 'p1', text, values: [{ n }] })).rows[0].j.n
          }),
        )
        expect(answers).toEqual([0, 1, 2, 3, 4, expect.any(TypeError), 6, 7, 8, 9])
        expect(connection.pending).toBe(0)
      })

      it('leaves a transaction what it was: nothing was sent', async () => {
        const connection = await openConnection(server, config)
        const answer = await connection.transaction(async (tx) => {
          expect(await errorOf(tx.query({ name: 'p1', text, values: [value()] }))).toBeInstanceOf(TypeError)
          return (await tx.query('select 1 as n')).rows
        })
        expect(answer).toEqual([{ n: 1 }])
      })
    })
  })
})

describe('P2: a value that cannot be serialised', () => {
  it('is told to the callback of its query twice on bare pg, the second time as a success', async () => {
    const client = await bareClient(server)
    const told: [unknown, unknown][] = []
    const answered = new Promise<void>((resolve) => {
      const query = new pg.Query({ text, values: [{ a: 1n }] }, (error: unknown, result: unknown) => {
        told.push([error, result])
        if (told.length === 2) resolve()
      })
      void client.query(query)
    })
    await answered
    expect(told).toEqual([
      [expect.any(TypeError), undefined],
      [null, expect.anything()],
    ])
  })

  it.each(eachAutoPrepare)('settles its request once when fenced, %o', async (config) => {
    const connection = await openConnection(server, config)
    const value = wrong[3]?.[1]
    const asked = [1, 2, 3].map(() => errorOf(connection.query(text, [value?.()])))
    expect(connection.pending).toBe(3)
    expect(await Promise.all(asked)).toEqual(asked.map(() => expect.any(TypeError)))
    expect(connection.pending).toBe(0)
    // Answers counted twice would leave the next ones with what is not theirs.
    const numbers = [1, 2, 3, 4, 5].map(
      async (n) => (await connection.query('select $1::int as n', [n])).rows,
    )
    expect(await Promise.all(numbers)).toEqual([1, 2, 3, 4, 5].map((n) => [{ n }]))
    expect(connection.state).toBe('connected')
  })
})
