import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { bothPools, configOf, countsOf, diaryOf } from '../../support/both-pools.ts'
import { eventually } from '../../support/eventually.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
const config = configOf(server)
afterAll(() => server.dispose())

async function listening(onSocket: Parameters<typeof createServer>[1]): Promise<Server & { port: number }> {
  const listener = createServer(onSocket as never).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return Object.assign(listener, { port: (listener.address() as AddressInfo).port })
}

/** No server is there; the port was free a moment ago. */
async function deadPort(): Promise<number> {
  const listener = await listening(() => undefined)
  listener.close()
  return listener.port
}

describe.each(bothPools)("a pool of '%s'", (_, Pool) => {
  it('lends a client by promise, which is one of pg', async () => {
    const pool = new Pool(config)
    const client = await pool.connect()
    expect(client).toBeInstanceOf(pg.Client)
    expect((await client.query('select $1::text as name', ['a'])).rows).toEqual([{ name: 'a' }])
    client.release()
    await pool.end()
  })

  it('lends a client by callback, and makes no promise', async () => {
    const pool = new Pool(config)
    const told = await new Promise<unknown[]>((resolve) => {
      const returned = pool.connect((error, client, release) => {
        release()
        resolve([error, client instanceof pg.Client, returned])
      })
    })
    expect(told).toEqual([undefined, true, undefined])
    await pool.end()
  })

  it('never calls back before it has returned, with a client in stock either', async () => {
    const pool = new Pool(config)
    const client = await pool.connect()
    client.release()
    let isCalled = false
    const called = new Promise<void>((resolve) =>
      pool.connect((_error, again) => {
        isCalled = true
        again?.release()
        resolve()
      }),
    )
    expect(isCalled).toBe(false)
    await called
    await pool.end()
  })

  it('tells connect, acquire, the borrower, release, in this order; of a used client no connect', async () => {
    const pool = new Pool(config)
    const diary = diaryOf(pool)
    for (let turn = 0; turn < 2; turn++) {
      await new Promise<void>((resolve) =>
        pool.connect((_error, client) => {
          diary.push('lent')
          client?.release()
          resolve()
        }),
      )
    }
    expect(diary).toEqual(['connect', 'acquire', 'lent', 'release', 'acquire', 'lent', 'release'])
    await pool.end()
  })

  it('runs what a listener of connect asks before what the borrower asks', async () => {
    const pool = new Pool(config)
    const answered: string[] = []
    pool.on('connect', (client) => {
      void client.query('select 1').then(() => answered.push('listener'))
    })
    const client = await pool.connect()
    await client.query('select 2')
    answered.push('borrower')
    client.release()
    expect(answered).toEqual(['listener', 'borrower'])
    await pool.end()
  })

  it('counts a client from the moment it is asked for', async () => {
    const pool = new Pool({ ...config, max: 1 })
    const first = pool.connect()
    const second = pool.connect()
    expect(countsOf(pool)).toEqual({ totalCount: 1, idleCount: 0, waitingCount: 1, expiredCount: 0 })
    const client = await first
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, waitingCount: 0 })
    expect(await second).toBe(client)
    client.release()
    expect(countsOf(pool)).toEqual({ totalCount: 1, idleCount: 1, waitingCount: 0, expiredCount: 0 })
    await pool.end()
  })

  it('lends at most so many as poolSize says, and each of them again', async () => {
    const pool = new Pool({ ...config, poolSize: 4 } as pg.PoolConfig)
    const pids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await pool.connect()
        const { rows } = await client.query('select pg_backend_pid() as pid')
        client.release()
        return rows[0].pid
      }),
    )
    expect(new Set(pids).size).toBe(4)
    expect(pool.totalCount).toBe(4)
    await pool.end()
  })

  it('leaves the options it is given as they are, and hides the password of its own', async () => {
    const options = { ...config, max: 3 }
    const before = { ...options }
    const pool = new Pool(options)
    await pool.query('select 1')
    expect(options).toEqual(before)
    expect(pool.options.max).toBe(3)
    expect(pool.options.password).toBe(config.password)
    expect(Object.keys(pool.options)).not.toContain('password')
    await pool.end()
  })

  it('hands its options to its clients', async () => {
    const options = { ...config, binary: true, application_name: 'the face' }
    const pool = new Pool(options)
    const client = await pool.connect()
    expect(client).toMatchObject({ binary: true, pipeline: false })
    const { rows } = await client.query('show application_name')
    expect(String(rows[0].application_name)).toBe('the face')
    client.release()
    await pool.end()
  })

  it('pipelines where it is asked to', async () => {
    const pool = new Pool({ ...config, pipeline: true })
    const client = await pool.connect()
    expect(client).toMatchObject({ pipeline: true })
    const answers = await Promise.all(
      [1, 2, 3].map((number) => client.query('select $1::int as n', [number])),
    )
    expect(answers.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3])
    client.release()
    await pool.end()
  })

  it('hands connectionString to a class of clients that is not of pg', async () => {
    const seen: unknown[] = []
    class Fake extends EventEmitter {
      constructor(options: pg.ClientConfig) {
        super()
        seen.push(options.connectionString)
      }
      connect(callback: (error: Error) => void): void {
        process.nextTick(callback, new Error('as expected'))
      }
    }
    const connectionString = 'postgres://foo:bar@baz:1234/xur'
    const pool = new Pool({ Client: Fake, connectionString } as unknown as pg.PoolConfig)
    const diary = diaryOf(pool)
    await expect(pool.connect()).rejects.toThrow('as expected')
    expect({ seen, diary }).toEqual({ seen: [connectionString], diary: [] })
  })

  it("takes a class of clients that is a child of pg's", async () => {
    class Child extends pg.Client {}
    const pool = new Pool({ ...config, Client: Child })
    const client = await pool.connect()
    expect(client).toBeInstanceOf(Child)
    expect(client.constructor.name).toBe('Child')
    client.release()
    await pool.end()
  })

  it('tells why there is no client, and keeps none', async () => {
    const pool = new Pool({ ...config, port: await deadPort() })
    const diary = diaryOf(pool)
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    const told = await new Promise<unknown[]>((resolve) =>
      pool.connect((error, client, release) => resolve([error instanceof Error, client, typeof release])),
    )
    expect(told).toEqual([true, undefined, 'function'])
    const asked = await new Promise<unknown[]>((resolve) =>
      pool.query('select 1', (error, result) => resolve([(error as { code?: string }).code, result])),
    )
    expect(asked).toEqual(['ECONNREFUSED', undefined])
    expect(pool.totalCount).toBe(0)
    expect(diary).toEqual([])
    await pool.end()
  })

  it("passes on the server's own refusal", async () => {
    const pool = new Pool({ ...config, password: 'wrong' })
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: '28P01', severity: 'FATAL' })
    await pool.end()
  })

  it('goes on with those who wait after an attempt that failed', async () => {
    const listener = await listening((socket) => socket.destroy())
    const pool = new Pool({ ...config, max: 1, port: listener.port })
    const asked = [pool.connect(), pool.connect()].map((each) => each.catch((error: Error) => error))
    for (const error of await Promise.all(asked)) expect(error).toBeInstanceOf(Error)
    listener.close()
    await pool.end()
  })

  it('gives up on a server that says nothing, by promise and by callback', async () => {
    const listener = await listening((socket) => socket.resume())
    const pool = new Pool({ ...config, port: listener.port, connectionTimeoutMillis: 10 })
    await expect(pool.connect()).rejects.toThrow('Connection terminated due to connection timeout')
    await new Promise<void>((resolve) =>
      pool.connect((error, client) => {
        expect(error?.message).toContain('timeout')
        expect(client).toBeUndefined()
        resolve()
      }),
    )
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, idleCount: 0 })
    listener.close()
    await pool.end()
  })

  it('survives many of such timeouts', async () => {
    const listener = await listening((socket) => socket.resume())
    const pool = new Pool({ ...config, port: listener.port, connectionTimeoutMillis: 1 })
    for (let turn = 0; turn < 15; turn++) await expect(pool.connect()).rejects.toThrow('timeout')
    listener.close()
    await pool.end()
  })

  it('gives up on a place in line, and is whole after it', async () => {
    const pool = new Pool({ ...config, max: 1 })
    const client = await pool.connect()
    pool.options.connectionTimeoutMillis = 50
    await expect(pool.connect()).rejects.toThrow('timeout exceeded when trying to connect')
    await expect(pool.query('select 1')).rejects.toThrow('timeout exceeded when trying to connect')
    expect(pool.waitingCount).toBe(0)
    pool.options.connectionTimeoutMillis = 0
    client.release()
    expect((await pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    await pool.end()
  })

  it("lets an attempt of pg's client that failed be the failure", async () => {
    const failure = new Error('a passing failure')
    let failures = 1
    class Failing extends pg.Client {
      override connect(callback?: unknown): never {
        if (failures-- > 0) return process.nextTick(callback as () => void, failure) as never
        return super.connect(callback as never) as never
      }
    }
    const pool = new Pool({ ...config, Client: Failing, max: 1 })
    expect(await pool.connect().catch((error: unknown) => error)).toBe(failure)
    expect((await pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    await pool.end()
  })

  it('gives back by itself what comes when nobody waits for it any more', async () => {
    let delayMs = 400
    class Slow extends pg.Client {
      override connect(callback?: unknown): never {
        setTimeout(() => super.connect(callback as never), delayMs)
        delayMs = 0
        return undefined as never
      }
    }
    const pool = new Pool({
      ...config,
      Client: Slow,
      connectionTimeoutMillis: 5_000,
      max: 1,
    })
    const first = pool.connect()
    pool.options.connectionTimeoutMillis = 50
    await expect(pool.connect()).rejects.toThrow('timeout exceeded')
    const client = await first
    client.release()
    await eventually(() => pool.idleCount === 1, { what: 'it is idle' })
    await pool.end()
  })
})
