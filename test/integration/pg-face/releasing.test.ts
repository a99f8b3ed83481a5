import type pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { bothPools, configOf, countsOf, diaryOf } from '../../support/both-pools.ts'
import { eventually } from '../../support/eventually.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
const config = configOf(server)
afterAll(() => server.dispose())

const twice = 'Release called on client which has already been released to the pool.'
const isEnding = (client: pg.PoolClient) => (client as unknown as { _ending: boolean })._ending

describe.each(bothPools)("a pool of '%s'", (_, Pool) => {
  it('throws at each release but the first', async () => {
    const pool = new Pool(config)
    const client = await pool.connect()
    client.release()
    expect(() => client.release()).toThrow(twice)
    expect(() => client.release()).toThrow(twice)
    await new Promise<void>((resolve) =>
      pool.connect((_error, _client, release) => {
        release()
        expect(() => release()).toThrow(twice)
        resolve()
      }),
    )
    await pool.end()
  })

  it('keeps a client that is released, at once', async () => {
    const pool = new Pool(config)
    const client = await pool.connect()
    await client.query('select 1')
    client.release()
    expect(countsOf(pool)).toEqual({ totalCount: 1, idleCount: 1, waitingCount: 0, expiredCount: 0 })
    await pool.end()
  })

  it('ends a client that is released with an error, or with true, and tells which', async () => {
    const pool = new Pool(config)
    const told: unknown[] = []
    pool.on('release', (error, client) => told.push(error, client))
    for (const reason of [new Error('problem'), true]) {
      const client = await pool.connect()
      client.release(reason)
      expect(told.splice(0)).toEqual([reason, client])
      expect(isEnding(client)).toBe(true)
      expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    }
    await pool.end()
  })

  it('tells acquire and release each time', async () => {
    const pool = new Pool(config)
    const diary = diaryOf(pool)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = await pool.connect()
        client.release()
        await pool.query('select 1')
      }),
    )
    const count = (event: string) => diary.filter((entry) => entry === event).length
    expect([count('acquire'), count('release')]).toEqual([20, 20])
    await pool.end()
  })

  it('ends a client whose socket was closed while it was lent, and only when it is released', async () => {
    const pool = new Pool({ ...config, max: 1 })
    const client = await pool.connect()
    const failed = new Promise((resolve) => client.once('error', resolve))
    ;(client as unknown as { connection: { end(): void } }).connection.end()
    expect(await failed).toBeInstanceOf(Error)
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, idleCount: 0 })
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    expect((await pool.query('select 1')).rowCount).toBe(1)
    await pool.end()
  })

  it('ends a client that its borrower has ended', async () => {
    const pool = new Pool({ ...config, max: 1 })
    const client = await pool.connect()
    const ended = (client as unknown as pg.Client).end()
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    await ended
    expect((await pool.query('select 1')).rowCount).toBe(1)
    await pool.end()
  })

  it('keeps a client that tells of an error while it is lent, and says nothing', async () => {
    const pool = new Pool(config)
    const diary = diaryOf(pool)
    const client = await pool.connect()
    const told: unknown[] = []
    client.once('error', (error) => told.push(error.message))
    client.emit('error', new Error('expected'))
    expect(told).toEqual(['expected'])
    expect(pool.totalCount).toBe(1)
    client.release()
    expect(diary.filter((entry) => entry.startsWith('error'))).toEqual([])
    await pool.end()
  })

  it('removes an idle client that tells of an error, and tells it on', async () => {
    const pool = new Pool(config)
    const client = await pool.connect()
    client.release()
    const told: unknown[] = []
    pool.once('error', (error, of) => told.push(error.message, of === client))
    client.once('error', (error) => told.push(`client: ${error.message}`))
    const error = Object.assign(new Error('expected'), { client: undefined })
    client.emit('error', error)
    expect(told).toEqual(['expected', true, 'client: expected'])
    expect(error.client).toBe(client)
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    await pool.end()
  })

  it("tells of an idle client's death, in pg's words", async () => {
    const pool = new Pool(config)
    const { rows } = await pool.query('select pg_backend_pid() as pid')
    const told = new Promise<Error & { code?: string }>((resolve) => pool.once('error', resolve))
    await server.sql('select pg_terminate_backend($1)', [rows[0].pid])
    expect((await told).code).toBe('57P01')
    expect(pool.totalCount).toBe(0)
    expect((await pool.query('select 1')).rowCount).toBe(1)
    await pool.end()
  })

  it('ends a client after so many uses', async () => {
    const messages: unknown[] = []
    const pool = new Pool({
      ...config,
      max: 1,
      maxUses: 2,
      log: (...words: unknown[]) => messages.push(words[0]),
    })
    const first = await pool.connect()
    const second = pool.connect()
    const third = pool.connect()
    expect(pool.waitingCount).toBe(2)
    first.release()
    expect(await second).toBe(first)
    expect(pool.waitingCount).toBe(1)
    first.release()
    expect(isEnding(first)).toBe(true)
    expect(messages).toContain('remove expended client')
    const fresh = await third
    expect(fresh).not.toBe(first)
    fresh.release()
    await pool.end()
  })

  it('ends what is idle for long, beyond min', async () => {
    const pool = new Pool({ ...config, max: 2, min: 1, idleTimeoutMillis: 20 })
    const diary = diaryOf(pool)
    const clients = await Promise.all([pool.connect(), pool.connect()])
    for (const client of clients) client.release()
    await eventually(() => diary.includes('remove'), { what: 'one is removed' })
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, idleCount: 1 })
    await pool.end()
  })

  it('does not end for idleness what is in use, and makes what it needs anew', async () => {
    const pool = new Pool({ ...config, idleTimeoutMillis: 5 })
    const client = await pool.connect()
    await client.query('select pg_sleep(0.03)')
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, idleCount: 0 })
    client.release()
    await eventually(() => pool.totalCount === 0, { what: 'it is removed' })
    expect((await pool.query('select 1')).rowCount).toBe(1)
    await pool.end()
  })

  it('ends what is too old, at once if it is idle and else at its release', async () => {
    const pool = new Pool({ ...config, max: 2, maxLifetimeSeconds: 0.3 })
    const [idle, lent] = await Promise.all([pool.connect(), pool.connect()])
    idle.release()
    await eventually(() => pool.totalCount === 1 && pool.expiredCount === 1, {
      what: 'the idle one is removed, the other one is to go',
    })
    lent.release()
    expect(countsOf(pool)).toEqual({ totalCount: 0, idleCount: 0, waitingCount: 0, expiredCount: 0 })
    await pool.end()
  })

  it('logs what it does where it is given a log', async () => {
    const messages: unknown[] = []
    const pool = new Pool({ ...config, log: (...words: unknown[]) => messages.push(words[0]) })
    await pool.query('select 1')
    expect(messages).toEqual(
      expect.arrayContaining(['connecting new client', 'new client connected', 'dispatching query']),
    )
    await pool.end()
  })
})

describe.each(bothPools)("a session that a pool of '%s' ends", (_, Pool) => {
  it('is gone from the server', async () => {
    const pool = new Pool({ ...config, application_name: 'to be gone' })
    const client = await pool.connect()
    expect(await server.backends('to be gone')).toHaveLength(1)
    client.release(true)
    await eventually(async () => expect(await server.backends('to be gone')).toEqual([]), {
      what: 'it is gone',
    })
    await pool.end()
  })
})
