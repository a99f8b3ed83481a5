import { once } from 'node:events'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/backoff/clock.ts'
import type { Clock, Connection } from '../../../src/index.ts'
import type { Pool, PoolConfig } from '../../../src/pg.ts'
import { countsOf } from '../../support/both-pools.ts'
import { errorOf } from '../../support/error-of.ts'
import { eventually } from '../../support/eventually.ts'
import { facePoolsOn } from '../../support/face-pool.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const poolOf = facePoolsOn(server)

const statesOf = (pool: Pool) => [...pool.connections].map(({ state }: Connection) => state)

describe('somebody who waits for a client', () => {
  it('is told after acquireTimeoutMs, and the client that comes is kept for others', async () => {
    const deadlines: (() => void)[] = []
    const setTimeout: Clock['setTimeout'] = (callback, ms) =>
      ms === 4711 ? deadlines.push(callback) : systemClock.setTimeout(callback, ms)
    const pool = poolOf({ max: 1, acquireTimeoutMs: 4711, clock: { ...systemClock, setTimeout } })
    const client = await pool.connect()
    const refused = errorOf(pool.connect())
    deadlines.pop()?.()
    const error = await refused
    expect(error).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      message: 'timeout exceeded when trying to connect',
    })
    expect(pool.waitingCount).toBe(0)
    client.release()
    expect((await pool.query('select 1')).rowCount).toBe(1)
  })

  it('is told of where a client is held for too long', async () => {
    const pool = poolOf({ leakThresholdMs: 20 })
    const told = once(pool, 'leak')
    const client = await borrowedHere(pool)
    const [{ client: held, heldMs, stack }] = await told
    expect(held).toBe(client)
    expect(heldMs).toBeGreaterThan(0)
    expect(stack).toContain('borrowedHere')
    client.release()
  })
})

async function borrowedHere(pool: Pool): Promise<pg.PoolClient> {
  return pool.connect()
}

describe('while the server is down', () => {
  it('callers are refused at once with what the last attempt said, and few attempts are made', async (context) => {
    server.mustBeStoppable(context)
    let attempts = 0
    class Counted extends pg.Client {
      constructor(config: pg.ClientConfig) {
        super(config)
        attempts++
      }
    }
    const pool = poolOf({ max: 5, Client: Counted } as unknown as PoolConfig)
    pool.on('error', () => undefined)
    await pool.query('select 1')
    await server.stop('fast')
    await eventually(() => pool.totalCount === 0, { what: 'the idle client is removed', timeoutMs: 15_000 })
    attempts = 0
    const errors = await Promise.all(Array.from({ length: 100 }, () => errorOf(pool.query('select 1'))))
    expect(new Set(errors.map((error) => error?.code))).toEqual(new Set(['ECONNREFUSED']))
    expect(attempts).toBeLessThanOrEqual(10)
    await server.start()
    await eventually(
      () =>
        pool.query('select 1').then(
          () => true,
          () => false,
        ),
      { what: 'it is back', timeoutMs: 20_000 },
    )
    expect(statesOf(pool)).toContain('connected')
  })

  it('callers wait for it where they are told to, and one of them dials', async (context) => {
    server.mustBeStoppable(context)
    const pool = poolOf({ max: 3, whileDown: { waitMs: 120_000 } })
    pool.on('error', () => undefined)
    await pool.query('select 1')
    await server.stop('fast')
    await eventually(() => pool.totalCount === 0, { what: 'the idle client is removed', timeoutMs: 15_000 })
    const asked = Promise.all(Array.from({ length: 20 }, (_, n) => pool.query('select $1::int as n', [n])))
    await eventually(() => expect(statesOf(pool)).toEqual(['connecting', 'connecting', 'connecting']), {
      what: 'they try',
    })
    await server.start()
    expect((await asked).map(({ rows }) => rows[0].n)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('callers who have waited long enough get the reason', async (context) => {
    server.mustBeStoppable(context)
    const pool = poolOf({ max: 2, whileDown: { waitMs: 300 } })
    await server.stop('fast')
    const errors = await Promise.all(Array.from({ length: 6 }, () => errorOf(pool.query('select 1'))))
    await server.start()
    expect(errors.map((error) => error?.code)).toEqual(Array(6).fill('ECONNREFUSED'))
    expect(countsOf(pool)).toMatchObject({ totalCount: 0, waitingCount: 0 })
  })

  it('a wrong password is told at once, waiting or not', async () => {
    const pool = poolOf({ password: 'wrong', whileDown: { waitMs: 30_000 } })
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: '28P01' })
  })
})

describe('a member', () => {
  it('is a connection with a state, from its dial to its end', async () => {
    const pool = poolOf({ name: 'books', max: 1 })
    const connecting = pool.connect()
    const [connection] = pool.connections as Set<Connection>
    expect([connection!.name, connection!.state]).toEqual(['books 1', 'connecting'])
    const states: string[] = []
    connection!.on('state', ({ to }) => states.push(to))
    const client = await connecting
    expect(connection!.state).toBe('inTransaction')
    expect(connection!.processId).toBe((client as unknown as { processID: number }).processID)
    client.release()
    expect(connection!.state).toBe('connected')
    await pool.end()
    await eventually(() => connection!.state === 'closed', { what: 'it is closed' })
    expect(states.slice(-2)).toEqual(['closing', 'closed'])
    expect(states).not.toContain('dead')
    await eventually(() => pool.connections.size === 0, { what: 'nothing is left' })
  })
})
