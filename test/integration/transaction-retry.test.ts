import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Clock,
  type Connection,
  ConnectionLostError,
  isRetrySafe,
  outcomeOf,
  RequestTimeoutError,
  type Transaction,
} from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql('drop table if exists pgs_row; create table pgs_row (id int primary key, n int)')
beforeEach(() => server.sql('truncate pgs_row; insert into pgs_row values (1, 10), (2, 20)'))
afterAll(async () => {
  await server.sql('drop table pgs_row')
  await server.dispose()
})

const rows = () => server.sql('select n from pgs_row order by id')
const read = (tx: Transaction, id: number) =>
  tx.query<{ n: number }>('select n from pgs_row where id = $1', [id])
const add = (tx: { query: Transaction['query'] }, id: number, n: number) =>
  tx.query('update pgs_row set n = n + $1 where id = $2', [n, id])
const immediately = () => [0, 0, 0, 0, 0]

/** Of two transactions that each read a row and write the other's, one cannot be serialised. */
async function writeSkew(
  [one, other]: [Connection, Connection],
  options: Parameters<Connection['transaction']>[1],
): Promise<{ attempts: number; told: PromiseSettledResult<string>[] }> {
  let attempts = 0
  let arrived = 0
  let goOn = () => {}
  const bothHaveRead = new Promise<void>((resolve) => (goOn = resolve))
  const skew = (from: number, to: number) => async (tx: Transaction) => {
    attempts++
    const { n } = (await read(tx, from)).rows[0]!
    if (++arrived === 2) goOn()
    await bothHaveRead
    await add(tx, to, n)
    return 'committed'
  }
  const told = await Promise.allSettled([
    one.transaction(skew(1, 2), { isolation: 'serializable', ...options }),
    other.transaction(skew(2, 1), { isolation: 'serializable', ...options }),
  ])
  return { attempts, told }
}

async function pair(): Promise<[Connection, Connection]> {
  const world = await worldOfTest(server)
  return [await world.connect(), await world.connect()]
}

describe('a transaction that cannot be serialised', () => {
  it('rejects with 40001, which is safe to repeat, and is not repeated unasked', async () => {
    const { attempts, told } = await writeSkew(await pair(), {})
    expect(attempts).toBe(2)
    expect(told.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { reason } = told.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(reason).toMatchObject({ code: '40001' })
    expect(outcomeOf(reason)).toBe('notApplied')
    expect(isRetrySafe(reason)).toBe(true)
  })

  it('is repeated as a whole with retry, and both take effect (txpostgres point 21)', async () => {
    const { attempts, told } = await writeSkew(await pair(), { retry: true })
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(attempts).toBe(3)
    // As if one had come after the other.
    expect([
      [{ n: 40 }, { n: 30 }],
      [{ n: 30 }, { n: 50 }],
    ]).toContainEqual(await rows())
  })

  it('is repeated also when its work swallowed the 40001', async () => {
    const world = await worldOfTest(server)
    const [connection, other] = [await world.connect(), await world.connect()]
    let attempts = 0
    const result = await connection.transaction(
      async (tx) => {
        attempts++
        await read(tx, 1)
        if (attempts === 1) await add(other, 1, 1)
        await add(tx, 1, 100).catch(() => undefined)
        return attempts
      },
      { isolation: 'repeatable read', retry: { attempts: 2, backoff: immediately } },
    )
    expect(result).toBe(2)
    expect(await rows()).toEqual([{ n: 111 }, { n: 20 }])
  })
})

describe('a transaction in a deadlock', () => {
  it('rejects with 40P01, or is repeated with retry', async () => {
    const connections = await pair()
    let attempts = 0
    let arrived = 0
    let goOn = () => {}
    const bothHaveOne = new Promise<void>((resolve) => (goOn = resolve))
    const grab = (first: number, second: number) => async (tx: Transaction) => {
      attempts++
      await tx.query("set local deadlock_timeout = '10ms'")
      await add(tx, first, 1)
      if (++arrived === 2) goOn()
      await bothHaveOne
      await add(tx, second, 1)
    }
    const retry = { attempts: 5, backoff: () => [5, 5, 5, 5] }
    await Promise.all([
      connections[0].transaction(grab(1, 2), { retry }),
      connections[1].transaction(grab(2, 1), { retry }),
    ])
    expect(attempts).toBeGreaterThan(2)
    expect(await rows()).toEqual([{ n: 12 }, { n: 22 }])
  })
})

/** Fails with this code for so many attempts. */
const raising = (code: string) => `do $$ begin raise exception 'again' using errcode = '${code}'; end $$`

describe('retry', () => {
  it.each([
    [true, 3],
    [{ attempts: 1 }, 1],
    [{ attempts: 2, backoff: immediately }, 2],
    [{ attempts: 4, backoff: immediately }, 4],
    [{ attempts: 9, backoff: () => [0, 0] }, 3],
    [false, 1],
    [undefined, 1],
  ])('of %j makes that many attempts, and then rejects with the last error', async (retry, most) => {
    const world = await worldOfTest(server, { config: { random: () => 1 } })
    const connection = await world.connect()
    let attempts = 0
    const failing = connection.transaction(
      (tx) =>
        tx
          .query(raising('40001'), [])
          .catch((error: Error) => Promise.reject(new Error(`${++attempts}`, { cause: error }))),
      retry === undefined ? {} : { retry },
    )
    // The user's own error is no reason to repeat, whatever its cause.
    await expect(failing).rejects.toThrow('1')
    attempts = 0
    const error = await connection
      .transaction(
        (tx) => {
          attempts++
          return tx.query(raising('40001'))
        },
        retry === undefined ? {} : { retry },
      )
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: '40001' })
    expect(attempts).toBe(most)
  })

  it('waits as its backoff says, from a fresh schedule each time', async () => {
    const world = await worldOfTest(server)
    const waits: number[] = []
    const setTimeout: Clock['setTimeout'] = (callback, ms) => {
      waits.push(ms)
      return world.clock.setTimeout(callback, ms)
    }
    const clock = {
      setTimeout,
      now: world.clock.now,
      clearTimeout: (id: unknown) => world.clock.clearTimeout(id),
    }
    const connection = await world.connect({ clock, monitors: [] })
    waits.length = 0
    let schedules = 0
    const backoff = () => {
      schedules++
      return [0, 30, 60]
    }
    for (const _ of [1, 2]) {
      const failing = connection.transaction((tx) => tx.query(raising('40P01')), {
        retry: { attempts: 4, backoff },
      })
      await expect(failing).rejects.toMatchObject({ code: '40P01' })
    }
    expect(schedules).toBe(2)
    // The first delay is none.
    expect(waits).toEqual([30, 60, 30, 60])
  })

  it('lets others in between two attempts', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const order: string[] = []
    let attempts = 0
    const transaction = connection.transaction(
      async (tx) => {
        order.push(`attempt ${++attempts}`)
        if (attempts === 1) await tx.query(raising('40001'))
      },
      { retry: { attempts: 2, backoff: () => [30] } },
    )
    const other = connection.query('select 1').then(() => order.push('other'))
    await Promise.all([transaction, other])
    expect(order).toEqual(['attempt 1', 'other', 'attempt 2'])
  })

  it('repeats nothing but 40001, 40P01 and losses', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    for (const code of ['55P03', '23505', '57014', '40002', '40003', 'P0001']) {
      let attempts = 0
      const failing = connection.transaction(
        (tx) => {
          attempts++
          return tx.query(raising(code))
        },
        { retry: true },
      )
      await expect(failing).rejects.toMatchObject({ code })
      expect(attempts).toBe(1)
    }
  })

  it('repeats after a loss before COMMIT, waiting for the next session whatever whileDown says', async () => {
    const world = await worldOfTest(server, { config: { reconnect: { backoff: () => [50, 50, 50] } } })
    const connection = await world.connect()
    const pids: number[] = []
    const result = await connection.transaction(
      async (tx) => {
        pids.push(tx.processId)
        await add(tx, 1, 1)
        if (pids.length === 1) await world.kill(connection)
        await add(tx, 2, 1)
        return 'done'
      },
      { retry: { attempts: 2, backoff: immediately } },
    )
    expect(result).toBe('done')
    expect(new Set(pids).size).toBe(2)
    expect(await rows()).toEqual([{ n: 11 }, { n: 21 }])
  })

  it('without it the same loss rejects, not applied and safe to repeat', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const failing = connection.transaction(async (tx) => {
      await add(tx, 1, 1)
      await world.kill(connection)
      await add(tx, 2, 1).catch(() => undefined)
      return 'swallowed'
    })
    const error = await failing.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ outcome: 'notApplied', retrySafe: true })
    expect(await rows()).toEqual([{ n: 10 }, { n: 20 }])
    await connection.ready()
  })

  it('is over when its deadline or its signal says so, also between two attempts', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    let attempts = 0
    const work = (tx: Transaction) => {
      attempts++
      return tx.query(raising('40001'))
    }
    const retry = { attempts: 9, backoff: () => [10_000] }
    const late = connection.transaction(work, { retry, timeoutMs: 100 })
    await expect(late).rejects.toBeInstanceOf(RequestTimeoutError)
    const controller = world.controller()
    const aborted = connection.transaction(
      (tx) => {
        setTimeout(() => controller.abort(new Error('enough')), 30)
        return work(tx)
      },
      { retry, signal: controller.signal },
    )
    await expect(aborted).rejects.toThrow('enough')
    expect(attempts).toBe(2)
    expect(connection.transactionStatus).toBe('idle')
  })
})
