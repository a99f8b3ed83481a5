import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, RequestTimeoutError, type Transaction } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql(`
  drop table if exists pgs_bound, pgs_bound_slow;
  create table pgs_bound (n int);
  create table pgs_bound_slow (n int);
  create or replace function pgs_bound_commit() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.15); return null; end $$;
  create constraint trigger slow after insert on pgs_bound_slow deferrable initially deferred
    for each row execute function pgs_bound_commit();
`)
beforeEach(() => server.sql('truncate pgs_bound, pgs_bound_slow'))
afterAll(async () => {
  await server.sql('drop table pgs_bound, pgs_bound_slow; drop function pgs_bound_commit')
  await server.dispose()
})

const stored = () => server.sql('select n from pgs_bound')
const insert = 'insert into pgs_bound values (1)'

async function isWell(connection: Connection, processId: number | undefined): Promise<void> {
  expect(connection.transactionStatus).toBe('idle')
  expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  expect(connection.processId).toBe(processId)
}

describe('the deadline of a transaction', () => {
  it('ends it while it waits for its turn, with phase queue', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const slow = connection.transaction((tx) => tx.query('select pg_sleep(0.1)'))
    let began = false
    const late = connection.transaction(() => (began = true), { timeoutMs: 30 })
    await expect(late).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'queue',
      outcome: 'notApplied',
      retrySafe: true,
    })
    await slow
    expect(began).toBe(false)
    await isWell(connection, processId)
  })

  it('ends it while a statement runs, which is cancelled, with phase execution', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const late = connection.transaction(
      async (tx) => {
        await tx.query(insert)
        await tx.query('select pg_sleep(10)')
      },
      { timeoutMs: 50 },
    )
    await expect(late).rejects.toBeInstanceOf(RequestTimeoutError)
    await expect(late).rejects.toMatchObject({ phase: 'execution', outcome: 'notApplied' })
    expect(await stored()).toEqual([])
    await isWell(connection, processId)
  })

  it('ends it while its code is thinking, and every later statement is refused for the same reason (txpostgres point 18)', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const thinking: ((answer: unknown) => void)[] = []
    let late: Promise<unknown>[] = []
    const transaction = connection.transaction(
      async (tx) => {
        await tx.query(insert)
        await new Promise((resolve) => thinking.push(resolve))
        late = [tx.query(insert), tx.transaction(() => 1), tx.notify('c')]
        await Promise.allSettled(late)
      },
      { timeoutMs: 50 },
    )
    const error: unknown = await transaction.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'execution', outcome: 'notApplied' })
    await isWell(connection, processId)
    for (const wake of thinking) wake(undefined)
    await eventually(() => late.length > 0, { what: 'the late statements were asked for' })
    for (const each of late) await expect(each).rejects.toBe(error)
    expect(await stored()).toEqual([])
    await isWell(connection, processId)
  })

  it('is sticky: a statement whose error was swallowed does not save it', async () => {
    const connection = await openConnection(server)
    const transaction = connection.transaction(
      async (tx) => {
        await tx.query(insert)
        await tx.query('select pg_sleep(10)').catch(() => undefined)
        await tx.query(insert).catch(() => undefined)
        return 'all is well'
      },
      { timeoutMs: 50 },
    )
    await expect(transaction).rejects.toBeInstanceOf(RequestTimeoutError)
    expect(await stored()).toEqual([])
  })

  it('counts from the call to the end of COMMIT, which is not cancelled at a signal', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const controller = world.controller()
    const transaction = connection.transaction((tx) => tx.query('insert into pgs_bound_slow values (1)'), {
      signal: controller.signal,
    })
    await world.running(connection, 'COMMIT')
    controller.abort(new Error('too late'))
    await transaction
    expect(await server.sql('select n from pgs_bound_slow')).toEqual([{ n: 1 }])
  })

  it('that is far away does nothing', async () => {
    const connection = await openConnection(server)
    const { rows } = await connection.transaction((tx) => tx.query('select 1 as n'), { timeoutMs: 60_000 })
    expect(rows).toEqual([{ n: 1 }])
  })
})

describe('the signal of a transaction', () => {
  it('aborted before the call rejects with its reason, and nothing is asked', async () => {
    const connection = await openConnection(server)
    const reason = { why: 'no object of a class' }
    let began = false
    const aborted = connection.transaction(() => (began = true), { signal: AbortSignal.abort(reason) })
    expect(connection.pending).toBe(0)
    await expect(aborted).rejects.toBe(reason)
    expect(began).toBe(false)
  })

  it.each<[string, (tx: Transaction, abort: () => void) => unknown]>([
    [
      'while a statement runs',
      async (tx, abort) => {
        setTimeout(abort, 30)
        await tx.query('select pg_sleep(10)')
      },
    ],
    [
      'between two statements',
      async (tx, abort) => {
        await tx.query('select 1')
        abort()
        await tx.query('select 1')
      },
    ],
    [
      'while statements are pipelined',
      async (tx, abort) => {
        const asked = Promise.allSettled(Array.from({ length: 50 }, () => tx.query('select pg_sleep(0.01)')))
        setTimeout(abort, 30)
        await asked
      },
    ],
    [
      'at the end of the callback',
      (tx, abort) => {
        void tx.query('select pg_sleep(10)')
        setTimeout(abort, 30)
      },
    ],
    [
      'while a nested transaction runs',
      (tx, abort) =>
        tx.transaction(async (nested) => {
          await nested.query(insert)
          setTimeout(abort, 30)
          await nested.transaction((deepest) => deepest.query('select pg_sleep(10)'))
        }),
    ],
  ])('aborted %s rolls it back and rejects with its reason', async (_, work) => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const { processId } = connection
    const controller = world.controller()
    const reason = new Error('enough')
    const transaction = connection.transaction(
      async (tx) => {
        await tx.query(insert)
        await work(tx, () => controller.abort(reason))
      },
      { signal: controller.signal },
    )
    await expect(transaction).rejects.toBe(reason)
    expect(await stored()).toEqual([])
    await isWell(connection, processId)
  })

  it('lets go of its listeners', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const { signal } = world.controller()
    for (let n = 0; n < 20; n++) {
      await connection.transaction((tx) => tx.transaction((nested) => nested.query('select 1'), { signal }), {
        signal,
      })
      await connection.session((session) => session.query('select 1', [], { signal }), { signal })
    }
    expect(connection.pending).toBe(0)
  })
})

describe('a statement with a deadline inside of a transaction', () => {
  it('fails the transaction by the error it left behind, unless it runs in a nested one', async () => {
    const connection = await openConnection(server)
    const outer = connection.transaction(async (tx) => {
      await tx.query(insert)
      await expect(tx.query('select pg_sleep(10)', [], { timeoutMs: 30 })).rejects.toMatchObject({
        phase: 'execution',
      })
    })
    await expect(outer).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
    await connection.transaction(async (tx) => {
      await tx.query(insert)
      const nested = tx.transaction((inner) => inner.query('select pg_sleep(10)', [], { timeoutMs: 30 }))
      await expect(nested).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'execution' })
    })
    expect(await stored()).toEqual([{ n: 1 }])
  })
})
