import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

type Told = { n: number } | { code: string }

describe('an error inside a pipeline', () => {
  it('is its own: every neighbour gets its own answer, in order', async () => {
    const connection = await openConnection(server)
    const faults: Record<number, string> = {
      3: 'selec',
      4: 'select 1/0',
      9: "select 'x'::int",
      17: 'select * from pgs_none',
    }
    const order: number[] = []
    const asked = Array.from({ length: 20 }, async (_, n): Promise<Told> => {
      const text = faults[n] ?? 'select $1::int as n'
      try {
        const { rows } = await connection.query<{ n: number }>(text, faults[n] === undefined ? [n] : [])
        return rows[0]!
      } catch (error) {
        return { code: (error as { code: string }).code }
      } finally {
        order.push(n)
      }
    })
    const told = await Promise.all(asked)
    const codes: Record<number, string> = { 3: '42601', 4: '22012', 9: '22P02', 17: '42P01' }
    expect(told).toEqual(told.map((_, n) => (codes[n] === undefined ? { n } : { code: codes[n] })))
    expect(order).toEqual(order.map((_, n) => n))
    expect(connection.pending).toBe(0)
    expect(connection.transactionStatus).toBe('idle')
  })

  it('does not undo what its neighbours did, nor keep what it did itself', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table t (n int primary key)')
    const told = await Promise.allSettled([
      connection.query('insert into t values (1)'),
      connection.query('insert into t values (2), (1)'),
      connection.query('insert into t values (3)'),
      connection.query('insert into t values (4); select 1/0'),
      connection.query('insert into t values (5)'),
    ])
    expect(told.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    const { rows } = await connection.query('select n from t order by n')
    expect(rows).toEqual([{ n: 1 }, { n: 3 }, { n: 5 }])
  })

  it('of a named statement hits only the use that made it', async () => {
    const connection = await openConnection(server)
    const named = (n: number) => ({ name: 'inverse', text: 'select 10 / $1::int as n', values: [n] })
    const told = await Promise.allSettled(
      [1, 0, 2, 0, 5].map((n) => connection.query<{ n: number }>(named(n))),
    )
    const answers = told.map((each) =>
      each.status === 'fulfilled' ? each.value.rows[0]?.n : (each.reason as { code: string }).code,
    )
    expect(answers).toEqual([10, '22012', 5, '22012', 2])
  })

  it('of a name that cannot be parsed is told to every use of it, and the name stays usable', async () => {
    const connection = await openConnection(server)
    const named = { name: 'to come', text: 'select n from pgs_to_come' }
    const told = await Promise.allSettled([
      connection.query(named),
      connection.query(named),
      connection.query(named),
    ])
    const codes = told.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code)
    expect(codes).toEqual(['42P01', '42P01', '42P01'])
    await connection.query('create temp table pgs_to_come as select 7 as n')
    expect((await connection.query(named)).rows).toEqual([{ n: 7 }])
  })

  it('of a name is the same for every use: it takes one statement', async () => {
    const connection = await openConnection(server)
    const named = { name: 'two at once', text: 'select 1; select 2' }
    const told = await Promise.allSettled([1, 2, 3].map(() => connection.query(named)))
    const codes = told.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code)
    expect(codes).toEqual(['42601', '42601', '42601'])
  })

  it('is not told as a death: 57P01 and 40001 raised by a user keep the session', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    for (const code of ['57P01', '57P02', '08006', '40001', '25006', 'XX000']) {
      const raise = `do $$ begin raise exception 'by a user' using errcode = '${code}'; end $$`
      await expect(connection.query(raise)).rejects.toMatchObject({ code, message: 'by a user' })
    }
    expect(connection.processId).toBe(processId)
    expect(connection.state).toBe('connected')
  })
})
