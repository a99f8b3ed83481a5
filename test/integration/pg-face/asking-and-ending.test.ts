import { afterAll, describe, expect, it } from 'vitest'
import { bothPools, configOf, countsOf } from '../../support/both-pools.ts'
import { runNode } from '../../support/run.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
const config = configOf(server)
afterAll(() => server.dispose())

const answerOf = (ask: (callback: (error: Error, result: { rows: unknown[] }) => void) => unknown) =>
  new Promise<{ error: Error; rows: unknown[] | undefined; returned: unknown }>((resolve) => {
    const returned: unknown = ask((error, result) => resolve({ error, rows: result?.rows, returned }))
  })

describe.each(bothPools)("a pool of '%s'", (_, Pool) => {
  it('answers by promise and by callback, in every form of a question', async () => {
    const pool = new Pool(config)
    const text = 'select $1::text as name'
    expect((await pool.query(text, ['a'])).rows).toEqual([{ name: 'a' }])
    expect((await pool.query({ text, values: ['b'], rowMode: 'array', name: 'named' })).rows).toEqual([['b']])
    expect(await answerOf((callback) => pool.query('select 1 as n', callback))).toEqual({
      error: undefined,
      rows: [{ n: 1 }],
      returned: undefined,
    })
    expect(await answerOf((callback) => pool.query(text, ['c'], callback))).toMatchObject({
      rows: [{ name: 'c' }],
      returned: undefined,
    })
    await pool.end()
  })

  it('ends a client whose statement failed, and goes on with another', async () => {
    const pool = new Pool({ ...config, max: 3 })
    const errors = await Promise.all(
      Array.from({ length: 12 }, () =>
        pool.query('select nothing').catch((error: { code?: string }) => error.code),
      ),
    )
    expect(new Set(errors)).toEqual(new Set(['42703']))
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    expect((await pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    await pool.end()
  })

  it('refuses a function as a question, and null', async () => {
    const pool = new Pool(config)
    const { error } = await answerOf((callback) => (pool.query as (wrong: unknown) => void)(callback))
    expect(error.message).toBe('Passing a function as the first parameter to pool.query is not supported')
    await expect(pool.query(null as unknown as string)).rejects.toThrow(TypeError)
    await pool.end()
  })

  it('works with methods that were bound to it', async () => {
    const pool = new Pool(config)
    const { query, connect, end } = {
      query: pool.query.bind(pool),
      connect: pool.connect.bind(pool),
      end: pool.end.bind(pool),
    }
    expect(await answerOf((callback) => query('select 1 as n', callback))).toMatchObject({ rows: [{ n: 1 }] })
    const client = (await connect()) as { release(): void }
    client.release()
    await end()
  })

  it('works from inside of a proxy', async () => {
    const target = new Pool(config)
    const pool = new Proxy(target, {})
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await pool.end()
  })

  it('asks one statement at a time of each client', async () => {
    const pool = new Pool({ ...config, max: 1 })
    const counts = await Promise.all(
      Array.from({ length: 10 }, () =>
        pool.query(
          "select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%one at a time%'",
        ),
      ),
    )
    expect(new Set(counts.map(({ rows }) => rows[0].n))).toEqual(new Set([1]))
    await pool.end()
  })

  it('tells a borrower of pool.query that its client ended under it', async () => {
    const pool = new Pool({ ...config, max: 1 })
    pool.on('error', () => undefined)
    const asked = pool.query('select pg_sleep(10)').catch((error: Error) => error)
    await new Promise((resolve) => pool.once('acquire', resolve))
    const [client] = (pool as unknown as { _clients: { end(): void }[] })._clients
    client!.end()
    expect(await asked).toBeInstanceOf(Error)
    await pool.end()
  })

  it('ends unused, by promise and by callback, and makes no promise for a callback', async () => {
    await new Pool(config).end()
    const pool = new Pool(config)
    let returned: unknown = 'nothing yet'
    await new Promise<void>((resolve) => {
      returned = pool.end(resolve)
    })
    expect(returned).toBeUndefined()
    expect([pool.ending, pool.ended]).toEqual([true, true])
  })

  it('answers what it was asked before it was ended', async () => {
    const pool = new Pool({ ...config, max: 5 })
    const asked = Array.from({ length: 5 }, () => pool.query('select 1 as n'))
    await pool.end()
    for (const { rows } of await Promise.all(asked)) expect(rows).toEqual([{ n: 1 }])
  })

  it('refuses everything once it is ended', async () => {
    const pool = new Pool(config)
    await pool.end()
    const refused = 'Cannot use a pool after calling end on the pool'
    await expect(pool.connect()).rejects.toThrow(refused)
    await expect(pool.query('select 1')).rejects.toThrow(refused)
    await expect(pool.end()).rejects.toThrow('Called end on pool more than once')
    const told = await new Promise<unknown[]>((resolve) =>
      pool.connect((error) =>
        (pool.end as (callback: (again: unknown) => void) => void)((again) => resolve([error, again])),
      ),
    )
    for (const error of told) expect(error).toBeInstanceOf(Error)
  })
})

describe.each(bothPools)("the hooks of a pool of '%s'", (_, Pool) => {
  it('are called once for each session, before its first borrower', async () => {
    let calls = 0
    const onConnect = async (client: { query(text: string): Promise<unknown> }) => {
      calls++
      await client.query("set application_name = 'by the hook'")
    }
    const pool = new Pool({ ...config, max: 2, onConnect: onConnect as unknown as () => void })
    const show = 'show application_name'
    expect((await pool.query(show)).rows).toEqual([{ application_name: 'by the hook' }])
    const [first, second] = await Promise.all([pool.connect(), pool.connect()])
    expect((await second.query(show)).rows).toEqual([{ application_name: 'by the hook' }])
    first.release()
    second.release()
    expect(calls).toBe(2)
    await pool.end()
  })

  it('fail the connect() they fail in, and nothing else', async () => {
    let failures = 6
    const pool = new Pool({
      ...config,
      max: 2,
      onConnect: () => {
        if (failures-- > 0) throw new Error('the hook')
      },
    })
    for (let turn = 0; turn < 6; turn++) await expect(pool.connect()).rejects.toThrow('the hook')
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    const clients = await Promise.all([pool.connect(), pool.connect()])
    for (const client of clients) client.release()
    await pool.end()
  })

  it('tell why they fail when it is a statement of theirs', async () => {
    const onConnect = (client: { query(text: string): Promise<unknown> }) => client.query('select nothing')
    const pool = new Pool({ ...config, onConnect: onConnect as unknown as () => void })
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: '42703' })
    await pool.end()
  })

  it('verify a new client, and refuse it', async () => {
    let isRefused = true
    const verify = (_client: unknown, callback: (error?: Error) => void) =>
      callback(isRefused ? new Error('nope') : undefined)
    const pool = new Pool({ ...config, verify })
    const told = await new Promise<unknown[]>((resolve) =>
      pool.connect((error, client) => resolve([error?.message, client])),
    )
    expect(told).toEqual(['nope', undefined])
    isRefused = false
    expect((await pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    await pool.end()
  })
})

describe.each([
  ['pg', "import pg from 'pg'", []],
  ['pg-supervisor/pg', "import pg from './src/pg.ts'", ['--import', 'tsx']],
])("a program with an idle pool of '%s'", (_, imports, loader) => {
  const program = (options: string): string => `${imports}
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, ${options} })
    pool.on('remove', () => console.log('removed'))
    await pool.query('select 1')
    console.log('done')`

  it.each([
    [
      'exits where idle clients are allowed to be left',
      'idleTimeoutMillis: 60_000, allowExitOnIdle: true',
      'done\n',
    ],
    ['exits when its clients have been idle long enough', 'idleTimeoutMillis: 200', 'done\nremoved\n'],
  ])('%s', async (_name, options, output) => {
    const { code, stdout, stderr } = await runNode(
      '--input-type=module',
      [...loader, '--eval', program(options)],
      {
        env: { DATABASE_URL: server.url },
      },
    )
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: output, stderr: '' })
  })
})
