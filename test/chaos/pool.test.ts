import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { exponentialBackoff, outcomeOf, type Pool } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { type PoolWorld, poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const five = { min: 5, max: 5 }
const quick = { backoff: () => exponentialBackoff({ maxDelayMs: 500 }) }
const atOnce = { backoff: () => Array<number>(10_000).fill(0) }

/** Ends every backend of the pool, as an administrator does. */
const killAll = (pool: Pool): Promise<unknown> =>
  server.sql('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [
    [...pool.connections].flatMap(({ processId }) => processId ?? []),
  ])

const allDown = (pool: Pool): Promise<unknown> =>
  eventually(() => pool.stats.dead === pool.stats.size, { what: 'everybody is down' })

const allUp = (pool: Pool): Promise<unknown> =>
  eventually(() => pool.stats.idle === pool.stats.size, {
    what: 'everybody is up and idle',
    timeoutMs: 15_000,
  })

/** Asks one after the other until told to stop; statements and transactions by turns. Adds to `errors`. */
async function caller(world: PoolWorld, pool: Pool, errors: unknown[], isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const asked =
      turn % 2 === 0
        ? world.write(pool)
        : world.operation((marker) => pool.transaction((tx) => tx.query(world.insert, [marker])))
    const error = await asked.then(
      () => undefined,
      (rejected: unknown) => rejected,
    )
    if (error === undefined) continue
    errors.push(error)
    await sleep(20)
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: string }).code

describe.each([
  ['refuses', {}, true],
  ['lets wait', { whileDown: { waitMs: 20_000 } }, false],
])('a pool of five that %s while down', (_, whileDown, isRefused) => {
  it('survives a restart of its server under twenty callers', async (context) => {
    server.mustBeStoppable(context)
    const world = await poolWorld(server, { config: { reconnect: quick } })
    const pool = await world.pool({ ...five, ...whileDown, acquireTimeoutMs: 20_000 }).start()
    let isOver = false
    const errors: unknown[] = []
    const callers = Promise.all(Array.from({ length: 20 }, () => caller(world, pool, errors, () => isOver)))
    await eventually(() => pool.stats.acquired > 40, { what: 'they are at work' })
    await server.stop('fast')
    await allDown(pool)
    const areTold = () =>
      isRefused ? errors.some((error) => codeOf(error) === 'CONNECTION_DEAD') : pool.stats.waiting === 20
    await eventually(areTold, { what: 'the callers have noticed' })
    await server.start()
    await pool.ready({ timeoutMs: 15_000 })
    await Promise.all([world.write(pool), world.write(pool)])
    isOver = true
    await callers
    const codes = new Set(errors.map(codeOf))
    const unknown = errors.filter((error) => outcomeOf(error) === 'unknown')
    expect(unknown.length).toBeLessThanOrEqual(20)
    expect(codes.has('CONNECTION_DEAD')).toBe(isRefused)
    const expected = ['CONNECTION_DEAD', 'CONNECTION_LOST', 'COMMIT_OUTCOME_UNKNOWN']
    expect([...codes].filter((code) => !expected.includes(code as string))).toEqual([])
    await allUp(pool)
  })
})

describe('a member that is killed', () => {
  it('takes along only what it had in flight, and is never asked while it is lost (txpostgres point 19)', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool(five).start()
    let isOver = false
    const errors: unknown[] = []
    const callers = Promise.all(Array.from({ length: 20 }, () => caller(world, pool, errors, () => isOver)))
    for (let kill = 0; kill < 5; kill++) {
      const victim = [...pool.connections][kill]!
      const { processId } = victim
      await world.kill(victim)
      await eventually(() => victim.isUsable && victim.processId !== processId, { what: 'it is back' })
    }
    isOver = true
    await callers
    expect(errors.map(codeOf)).not.toContain('CONNECTION_DEAD')
    // Whatever was pipelined on the victim; nobody else.
    expect(errors.length).toBeLessThanOrEqual(5 * 20)
    expect(pool.stats).toMatchObject({ size: 5 })
  })

  it('is replaced by another where it was given up, and the pool keeps its size (txpostgres point 19)', async () => {
    const world = await poolWorld(server, { config: { reconnect: false } })
    const pool = await world.pool({ min: 2, max: 2 }).start()
    const before = [...pool.connections]
    const told: string[] = []
    pool.on('removed', ({ connection }) => told.push(`removed ${connection === before[0]}`))
    pool.on('added', ({ connection }) => told.push(`added ${before.includes(connection)}`))
    await world.kill(before[0]!)
    await eventually(() => told.length === 2, { what: 'it was replaced' })
    expect(told).toEqual(['removed true', 'added false'])
    expect(pool.stats).toMatchObject({ size: 2, idle: 2 })
    expect(before[0]!.state).toBe('closed')
  })

  it('has its transaction repeated on another', async () => {
    const world = await poolWorld(server, { proxy: true })
    const pool = await world.pool({ min: 2, max: 2 }).start()
    const pids: number[] = []
    await world.operation((marker) =>
      pool.transaction(
        async (tx) => {
          pids.push(tx.processId)
          await tx.query(world.insert, [marker])
          const mine = [...pool.connections].find(({ processId }) => processId === tx.processId)
          if (pids.length === 1) {
            world.proxy.refuse()
            await world.kill(mine!)
            await tx.query('select 1')
          }
        },
        { retry: true },
      ),
    )
    // The cable takes no new connection: it was not waited for.
    expect(pids).toHaveLength(2)
    expect(new Set(pids).size).toBe(2)
    await world.proxy.listen()
  })
})

describe('a pool whose host refuses', () => {
  it('makes at most two attempts a second, whatever the schedule, and one member makes them', async () => {
    const world = await poolWorld(server, { proxy: true, config: { reconnect: atOnce } })
    const pool = await world.pool({ min: 10, max: 10 }).start()
    const before = world.storm.attempts.length
    world.proxy.refuse()
    const began = performance.now()
    world.proxy.cut()
    await allDown(pool)
    await server.sql('select pg_sleep(5)')
    const seconds = (performance.now() - began) / 1000
    const attempts = world.storm.attempts.length - before
    // The world asserts ten in any five seconds besides.
    expect(attempts).toBeLessThanOrEqual(5 + Math.ceil(seconds))
    expect(attempts).toBeGreaterThanOrEqual(5)
    const busy = [...pool.connections].filter((each) => world.noticesOf(each, 'reconnecting').length > 1)
    expect(busy).toHaveLength(1)
    await world.proxy.listen()
    await allUp(pool)
  })

  it('makes fewer by reconnectRate', async () => {
    const world = await poolWorld(server, { proxy: true, config: { reconnect: atOnce } })
    const pool = await world.pool({ min: 3, max: 3, reconnectRate: 1 }).start()
    const before = world.storm.attempts.length
    world.proxy.refuse()
    world.proxy.cut()
    await allDown(pool)
    await server.sql('select pg_sleep(3)')
    expect(world.storm.attempts.length - before).toBeLessThanOrEqual(4)
    await world.proxy.listen()
    await allUp(pool)
  })

  it('refuses at once, with what is known, or lets wait for so long', async () => {
    const world = await poolWorld(server, { proxy: true, config: { reconnect: quick } })
    const refusing = await world.pool({ min: 2, name: 'refusing' }).start()
    const waiting = await world.pool({ min: 2, whileDown: { waitMs: 300 } }).start()
    world.proxy.refuse()
    world.proxy.cut()
    await Promise.all([allDown(refusing), allDown(waiting)])
    const refused = { code: 'CONNECTION_DEAD', outcome: 'notApplied', retrySafe: true }
    const inTime = world.write(waiting)
    await expect(world.write(refusing)).rejects.toMatchObject({ ...refused, connectionName: 'refusing' })
    await expect(refusing.transaction(() => 1)).rejects.toMatchObject(refused)
    await expect(inTime).rejects.toMatchObject(refused)
    await world.proxy.listen()
    await Promise.all([allUp(refusing), allUp(waiting)])
    await Promise.all([world.write(refusing), world.write(waiting)])
  })

  it('and was never reached refuses its first request, and serves when it is there', async () => {
    const world = await poolWorld(server, { proxy: true, config: { reconnect: quick } })
    world.proxy.refuse()
    const lazy = world.pool()
    const patient = world.pool({ whileDown: { waitMs: 15_000 } })
    await expect(world.write(lazy)).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    const waiting = world.write(patient)
    await expect(world.write(lazy)).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    await world.proxy.listen()
    await waiting
    await eventually(() => world.write(lazy).then(() => true), { what: 'it serves', timeoutMs: 10_000 })
  })
})

describe('everybody killed at once', () => {
  it('comes back, one first, and loses nothing that was not sent', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ ...five, whileDown: { waitMs: 10_000 } }).start()
    for (let round = 1; round <= 3; round++) {
      await killAll(pool)
      await Promise.all([...pool.connections].map((each) => world.told(each, 'lost', round)))
      await Promise.all(Array.from({ length: 10 }, () => world.write(pool)))
      await allUp(pool)
    }
    expect(pool.stats).toMatchObject({ size: 5, acquired: 30 })
  })
})
