// An abort of a transaction or session as a whole is for good: nothing of it goes on, whatever its callback does.
import { afterAll, describe, expect, it, vi } from 'vitest'
import { type DeathChecker, sqlState, type Transaction } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const reason = new Error('the user left')

describe('an abort of a transaction', () => {
  it('while BEGIN is on its way runs nothing of the callback', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const begun = world.proxy.holdNext(completes('BEGIN'), 'toClient')
    const work = vi.fn<() => void>()
    const aborted = world.track(connection.transaction(work, { signal: controller.signal }))
    await begun.arrived()
    controller.abort(reason)
    begun.release()
    await expect(aborted).rejects.toBe(reason)
    await world.write(connection)
    expect(work).not.toHaveBeenCalled()
  })

  it('between statements is for good, also when the callback swallows it', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const told: unknown[] = []
    const ask = (tx: Transaction) => tx.query('select 1').catch((error: unknown) => told.push(error))
    const aborted = world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          controller.abort(reason)
          for (const _ of [1, 2]) await ask(tx)
          await tx.transaction(ask).catch((error: unknown) => told.push(error))
          return 'as if nothing had happened'
        },
        { signal: controller.signal, retry: true },
      ),
    )
    await expect(aborted).rejects.toBe(reason)
    await eventually(() => told.length === 3, { what: 'the callback went on' })
    expect(told).toEqual([reason, reason, reason])
    await world.write(connection)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('between two attempts is the end of them', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const work = vi.fn<(tx: Transaction) => Promise<unknown>>((tx) =>
      tx.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$"),
    )
    const retry = { attempts: 5, backoff: () => [60_000, 60_000] }
    const { signal } = controller
    const aborted = world.track(connection.transaction(work, { signal, retry }))
    await eventually(() => work.mock.calls.length === 1 && connection.pending === 0, { what: 'it waits' })
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('in a savepoint of its own leaves the one around it well', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    let inner = ''
    await world.operation((outer) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [outer])
        const nested = world.operation((marker) => {
          inner = marker
          return tx.transaction(
            async (savepoint) => {
              await savepoint.query(world.insert, [marker])
              world.clock.setTimeout(() => controller.abort(reason), 50)
              await savepoint.query('select pg_sleep(30)').catch(() => undefined)
            },
            { signal: controller.signal },
          )
        })
        await expect(nested).rejects.toBe(reason)
        expect((await tx.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      }),
    )
    expect(await world.applied(inner)).toBe(false)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('reaches into its savepoints', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const aborted = world.operation((marker) =>
      connection.transaction(
        (tx) =>
          tx.transaction((one) =>
            one.transaction(async (two) => {
              await two.query(world.insert, [marker])
              world.clock.setTimeout(() => controller.abort(reason), 50)
              await two.query('select pg_sleep(30)')
            }),
          ),
        { signal: controller.signal },
      ),
    )
    await expect(aborted).rejects.toBe(reason)
    await world.write(connection)
    expect(connection.transactionStatus).toBe('idle')
  })

  it('behind a written COMMIT changes nothing', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const commit = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const done = world.operation((marker) =>
      connection.transaction((tx) => tx.query(world.insert, [marker]), { signal: controller.signal }),
    )
    await commit.arrived()
    controller.abort(reason)
    commit.release()
    expect((await done).rowCount).toBe(1)
  })

  it('of one statement in it leaves it failed, as any error would, and is told from the rest', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const failing = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        world.clock.setTimeout(() => controller.abort(reason), 50)
        const sleeping = tx.query('select pg_sleep(30)', [], { signal: controller.signal })
        await expect(sleeping).rejects.toBe(reason)
        await expect(tx.query('select 1')).rejects.toMatchObject({ code: '25P02' })
      }),
    )
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED', cause: reason })
    await world.write(connection)
  })
})

describe('an abort of a session', () => {
  it('rolls back the transaction in it, and reports nothing as left open', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const inner: unknown[] = []
    const aborted = world.operation((marker) =>
      connection.session(
        (session) =>
          session
            .transaction(async (tx) => {
              await tx.query(world.insert, [marker])
              controller.abort(reason)
              await new Promise(() => {})
            })
            .catch((error: unknown) => inner.push(error)),
        { signal: controller.signal },
      ),
    )
    await expect(aborted).rejects.toBe(reason)
    await world.write(connection)
    expect(inner).toEqual([reason])
    expect(world.noticesOf(connection, 'warning')).toEqual([])
    expect(connection.state).toBe('connected')
  })

  it('begins no transaction in it any more that was asked for already', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const work = vi.fn<() => void>()
    let inner: Promise<unknown> | undefined
    const aborted = world.track(
      connection.session(
        async (session) => {
          void session.query('select pg_sleep(0.05)')
          inner = world.track(session.transaction(work))
          controller.abort(reason)
          await inner
        },
        { signal: controller.signal },
      ),
    )
    await expect(aborted).rejects.toBe(reason)
    await expect(inner).rejects.toBe(reason)
    expect(work).not.toHaveBeenCalled()
    await world.write(connection)
  })

  it('leaves the next one a session that answers', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    for (const delayMs of [0, 1, 2, 5, 10]) {
      const controller = world.controller()
      const aborted = world.track(
        connection.session(
          async (session) => {
            await Promise.all([
              session.query('select pg_sleep(0.005)'),
              session.transaction((tx) => tx.query('select pg_sleep(0.005)')),
            ])
            await session.query('begin')
            await session.query('select pg_sleep(30)')
          },
          { signal: controller.signal },
        ),
      )
      world.clock.setTimeout(() => controller.abort(reason), delayMs)
      await expect(aborted).rejects.toBe(reason)
      await world.write(connection)
    }
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})

describe('the reason of an abort', () => {
  it.each([[null], [0], [''], [false], ['text'], [{ code: '57014', severity: 'ERROR' }]])(
    'is told as it is: %j',
    async (what) => {
      await using world = await openWorld({ server, connections: 1 })
      const connection = world.connections[0]!
      const controller = world.controller()
      const { signal } = controller
      const told = Promise.allSettled([
        connection.query('select pg_sleep(30)', [], { signal }),
        connection.transaction((tx) => tx.query('select 1'), { signal }),
        connection.session((session) => session.query('select 1'), { signal }),
      ])
      await world.running(connection, 'select pg_sleep%')
      controller.abort(what)
      const rejected = { status: 'rejected', reason: what }
      expect(await told).toEqual([rejected, rejected, rejected])
      await expect(connection.query('select 1', [], { signal })).rejects.toBe(what)
    },
  )

  it('that looks like a death is not judged as one', async () => {
    const isDead = vi.fn<DeathChecker>(sqlState('57P01'))
    await using world = await openWorld({ server, connections: 1, config: { reconnect: { isDead } } })
    const connection = world.connections[0]!
    const controller = world.controller()
    const foreign = Object.assign(new Error('of another server'), { code: '57P01', severity: 'FATAL' })
    const running = world.ask(connection, 'select pg_sleep(30)', [], { signal: controller.signal })
    await world.running(connection, '%pg_sleep%')
    controller.abort(foreign)
    await expect(running).rejects.toBe(foreign)
    await world.write(connection)
    expect(isDead).not.toHaveBeenCalled()
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it("is an AbortError where the signal is not the platform's and has none", async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const events = new EventTarget()
    const signal = Object.assign(events, { aborted: false }) as unknown as AbortSignal
    const told = [
      world.ask(connection, 'select pg_sleep(30)', [], { signal }),
      world.track(connection.transaction(() => undefined, { signal })),
      world.track(connection.listen('orders', undefined, { signal })),
    ]
    await world.running(connection, '%pg_sleep%')
    events.dispatchEvent(new Event('abort'))
    for (const each of told) await expect(each).rejects.toMatchObject({ name: 'AbortError' })
    Object.assign(signal, { aborted: true })
    await expect(connection.query('select 1', [], { signal })).rejects.toMatchObject({ name: 'AbortError' })
  })
})
