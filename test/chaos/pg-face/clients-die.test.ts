import { once } from 'node:events'
import type pg from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { heartbeat } from '../../../src/index.ts'
import { countsOf, diaryOf } from '../../support/both-pools.ts'
import { errorOf } from '../../support/error-of.ts'
import { eventually } from '../../support/eventually.ts'
import { facePoolsOn, pidOf } from '../../support/face-pool.ts'
import { openProxy } from '../../support/tcp-proxy.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const poolOf = facePoolsOn(server)

const kill = (pid: number) => server.sql('select pg_terminate_backend($1)', [pid])

const endOf = (client: pg.PoolClient) => new Promise((resolve) => client.once('end', resolve))

describe('a client that dies while it is lent', () => {
  it('ends its statements, and nothing else: nobody has to listen for errors', async () => {
    const pool = poolOf({ max: 1 })
    const client = await pool.connect()
    expect(client.listenerCount('error')).toBeGreaterThan(0)
    await client.query('begin')
    const asked = errorOf(client.query('select pg_sleep(30)'))
    await kill((client as unknown as { processID: number }).processID)
    expect(await asked).toMatchObject({ code: '57P01' })
    await endOf(client)
    expect(await errorOf(client.query('commit'))).toMatchObject({
      message: 'Client has encountered a connection error and is not queryable',
    })
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 0 })
    expect((await pool.query('select 1')).rowCount).toBe(1)
  })

  it('is taken from its borrower as soon as somebody waits, and may still be given back', async () => {
    const pool = poolOf({ max: 1 })
    const diary = diaryOf(pool)
    const dead = await pool.connect()
    const waiting = pool.connect()
    await kill((dead as unknown as { processID: number }).processID)
    const client = await waiting
    expect(client).not.toBe(dead)
    expect(pool.totalCount).toBe(1)
    expect(() => dead.release()).not.toThrow()
    expect(() => dead.release()).toThrow('already been released')
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, idleCount: 1 })
    expect(diary).toEqual(['connect', 'acquire', 'remove', 'connect', 'acquire', 'release'])
  })

  it('is taken from its borrower, too, when somebody comes later', async () => {
    const pool = poolOf({ max: 1 })
    const dead = await pool.connect()
    const ended = endOf(dead)
    await kill((dead as unknown as { processID: number }).processID)
    await ended
    expect(pool.totalCount).toBe(1)
    expect((await pool.query('select 1')).rowCount).toBe(1)
    dead.release()
  })
})

describe('a pool that is ended', () => {
  it('does not wait for dead clients that nobody gives back', async () => {
    const pool = poolOf({ max: 2 })
    const [dead, dying] = await Promise.all([pool.connect(), pool.connect()])
    const ended = endOf(dead)
    await kill((dead as unknown as { processID: number }).processID)
    await ended
    const end = pool.end()
    await kill((dying as unknown as { processID: number }).processID)
    await end
    expect(pool.totalCount).toBe(0)
  })
})

describe('an idle client that dies', () => {
  it('is removed, and ends no process that does not listen for errors', async () => {
    const lines: string[] = []
    const note = (line: string): unknown => lines.push(line)
    const pool = poolOf({ logger: { debug: note, info: note, warn: note, error: note } })
    await kill(await pidOf(pool))
    await eventually(() => pool.totalCount === 0, { what: 'it is removed' })
    expect(lines).toContain('an idle client failed')
    expect((await pool.query('select 1')).rowCount).toBe(1)
  })

  it('is found out by a heartbeat where its socket says nothing', async () => {
    const proxy = await openProxy(server)
    onTestFinished(() => proxy.close())
    const url = new URL(proxy.urlOf(server.url))
    const pool = poolOf({
      host: url.hostname,
      port: Number(url.port),
      monitors: [heartbeat({ idleMs: 50, timeoutMs: 100 })],
    })
    await pool.query('select 1')
    const removed = once(pool, 'remove')
    proxy.freeze()
    await removed
    expect(pool.totalCount).toBe(0)
    proxy.pass()
    expect((await pool.query('select 1')).rowCount).toBe(1)
  })
})
