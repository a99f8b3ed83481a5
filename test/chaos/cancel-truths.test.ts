// What is told of a cancel is true: whose it was, what it undid, and when it is too late to know.
import { afterAll, describe, expect, it } from 'vitest'
import { type ConnectionConfig, outcomeOf, type RequestOptions } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { carries, completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const reason = new Error('the user left')
const errorOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('a cancel that is not ours', () => {
  const foreign: [string, (world: World) => Promise<unknown>][] = [
    [
      'by statement_timeout',
      async (world) => {
        const connection = world.connections[0]!
        await connection.query('set statement_timeout = 50')
        const { signal } = world.controller()
        return world.ask(connection, 'select pg_sleep(30)', [], { signal, timeoutMs: 60_000 })
      },
    ],
    [
      'by pg_cancel_backend of somebody else',
      async (world) => {
        const connection = world.connections[0]!
        const { signal } = world.controller()
        const running = world.ask(connection, 'select pg_sleep(30)', [], { signal, idempotent: true })
        await world.running(connection, 'select pg_sleep%')
        await server.sql('select pg_cancel_backend($1)', [connection.processId])
        return running
      },
    ],
    [
      'raised by a function',
      async (world) =>
        world.ask(
          world.connections[0]!,
          "do $$ begin raise exception 'mine' using errcode = '57014'; end $$",
          [],
          { signal: world.controller().signal },
        ),
    ],
  ]

  it.each(foreign)('%s passes through untouched', async (_, cancelled) => {
    await using world = await openWorld({ server, connections: 1 })
    const error = await errorOf(cancelled(world))
    expect(error).toMatchObject({ name: 'error', code: '57014', severity: 'ERROR' })
    expect(outcomeOf(error)).toBe('notApplied')
    await world.connections[0]!.query('reset statement_timeout')
    await world.write(world.connections[0]!)
    expect(world.noticesOf(world.connections[0]!, 'lost')).toEqual([])
  })

  it('passes through transaction() untouched, and rolls back', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const { signal } = world.controller()
    const cancelled = world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          await tx.query('set local statement_timeout = 50')
          await tx.query('select pg_sleep(30)')
        },
        { signal, timeoutMs: 60_000, retry: true },
      ),
    )
    const error = await errorOf(cancelled)
    expect(error).toMatchObject({ name: 'error', code: '57014' })
    expect(outcomeOf(error)).toBe('notApplied')
    await world.write(connection)
  })
})

describe('a deadline whose cancel is confirmed', () => {
  it.each([
    ['call pgs_commits()', 'unknown'],
    ['do $$ begin insert into pgs_committed values (1); commit; perform pg_sleep(30); end $$', 'unknown'],
    ['insert into pgs_committed select 2 from pg_sleep(30)', 'notApplied'],
    ['with x as (insert into pgs_committed values (2)) select pg_sleep(30)', 'notApplied'],
  ] as const)('of %s is %s', async (text, outcome) => {
    await server.sql(`drop table if exists pgs_committed;
      create table pgs_committed (n int);
      create or replace procedure pgs_commits() language plpgsql as
        $$ begin insert into pgs_committed values (1); commit; perform pg_sleep(30); end $$`)
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const error = await errorOf(world.ask(connection, text, [], { timeoutMs: 200 }))
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'execution', outcome })
    const isApplied = (await server.sql('select * from pgs_committed')).length > 0
    expect(isApplied).toBe(outcome === 'unknown')
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('says nothing of what was written on a session before this one', async () => {
    await server.sql('drop table if exists pgs_repeated; create table pgs_repeated (n int)')
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { whileDown: { waitMs: 5000 } },
    })
    const connection = world.connections[0]!
    const answer = world.proxy.holdNext(completes('INSERT'), 'toClient')
    // Quick the first time, whose answer is lost; never done the second time.
    const text = `insert into pgs_repeated
      select case when exists (select from pgs_repeated) then (select 2 from pg_sleep(30)) else 1 end`
    const repeated = world.ask(connection, text, [], { idempotent: true, timeoutMs: 1000 })
    await answer.arrived()
    world.proxy.cut()
    await expect(repeated).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'execution',
      outcome: 'unknown',
    })
    expect(await server.sql('select n from pgs_repeated')).toEqual([{ n: 1 }])
  })
})

describe('a server that falls silent after it has confirmed a cancel', () => {
  it('is found out by the probe, and nobody waits for ever', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const { processId } = connection
    const probe = world.proxy.holdNext(({ type }) => type === 'I', 'toClient')
    await expect(world.ask(connection, 'select pg_sleep(30)', [], { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
    })
    await probe.arrived()
    await world.told(connection, 'lost')
    await connection.ready()
    expect(connection.processId).not.toBe(processId)
    await world.write(connection)
  })
})

describe('what waits in the pipeline behind a slow neighbour', () => {
  const ways: [string, (world: World) => RequestOptions, object][] = [
    [
      'a deadline',
      () => ({ timeoutMs: 100 }),
      { code: 'REQUEST_TIMEOUT', phase: 'execution', outcome: 'unknown', retrySafe: false },
    ],
    [
      'an abort',
      (world) => {
        const controller = world.controller()
        world.clock.setTimeout(() => controller.abort(reason), 100)
        return { signal: controller.signal }
      },
      { message: 'the user left' },
    ],
  ]

  it.each(ways)(
    'is told of %s half a second later at the most, is cancelled in its turn, and the neighbour is spared',
    async (_, options, told) => {
      await using world = await openWorld({ server, connections: 1 })
      const connection = world.connections[0]!
      const { processId } = connection
      let isSlow = true
      const slow = world.ask(connection, 'select 1 as n from pg_sleep(2)').finally(() => {
        isSlow = false
      })
      const began = performance.now()
      const hasty = world.ask(connection, 'select pg_sleep(30)', [], options(world))
      const behind = world.write(connection)
      await expect(hasty).rejects.toMatchObject(told)
      expect(performance.now() - began).toBeGreaterThan(590)
      expect(isSlow).toBe(true)
      expect((await slow).rows).toEqual([{ n: 1 }])
      await behind
      expect(connection.processId).toBe(processId)
      expect(performance.now() - began).toBeLessThan(10_000)
    },
  )

  it.each(ways)('and is done before its turn to be cancelled resolves in spite of %s', async (_, options) => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const slow = world.ask(connection, 'select pg_sleep(0.3)')
    const hasty = world.write(connection, options(world))
    await slow
    expect((await hasty).rowCount).toBe(1)
  })
})

describe('several reasons to want one statement gone', () => {
  const configs: [string, ConnectionConfig, RequestOptions, object][] = [
    ['an abort before timeoutMs', {}, { timeoutMs: 150 }, { message: 'the user left' }],
    ['an abort before statementTimeoutMs', { statementTimeoutMs: 150 }, {}, { message: 'the user left' }],
    ['timeoutMs before an abort', {}, { timeoutMs: 50 }, { code: 'REQUEST_TIMEOUT' }],
    ['statementTimeoutMs before an abort', { statementTimeoutMs: 50 }, {}, { code: 'REQUEST_TIMEOUT' }],
    ['both deadlines', { statementTimeoutMs: 50 }, { timeoutMs: 50 }, { code: 'REQUEST_TIMEOUT' }],
  ]

  it.each(configs)('are told by the first, and cost one cancel: %s', async (_, config, options, told) => {
    await using world = await openWorld({ server, proxy: true, connections: 1, config })
    const connection = world.connections[0]!
    const { totalAccepted } = world.proxy
    const controller = world.controller()
    // Answers are slow, so that all reasons come before the first answer.
    world.proxy.latency(80)
    const running = world.ask(connection, 'select pg_sleep(30)', [], {
      ...options,
      signal: controller.signal,
    })
    world.clock.setTimeout(() => {
      controller.abort(reason)
      controller.abort(new Error('again'))
    }, 100)
    await expect(running).rejects.toMatchObject(told)
    world.proxy.latency(0)
    await world.ask(connection, 'select 1')
    expect(world.proxy.totalAccepted).toBe(totalAccepted + 1)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})

describe('an abort of what waits to be repeated', () => {
  it('rejects at once, and nothing is repeated', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { whileDown: { waitMs: 60_000 } },
    })
    const connection = world.connections[0]!
    const controller = world.controller()
    const asked = world.proxy.holdNext(carries(/insert/), 'toServer')
    let marker = ''
    const repeated = world.operation((text) => {
      marker = text
      return connection.query(world.insert, [text], { idempotent: true, signal: controller.signal })
    })
    await asked.arrived()
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    expect(connection.pending).toBe(1)
    controller.abort(reason)
    await expect(repeated).rejects.toBe(reason)
    await world.proxy.listen()
    await connection.ready()
    await eventually(() => connection.pending === 0, { what: 'nothing is left' })
    expect(await world.applied(marker)).toBe(false)
  })

  it('while it still runs on the session that dies is told of the loss', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const running = world.write(connection, { idempotent: true, signal: controller.signal })
    world.proxy.freeze('toClient')
    controller.abort(reason)
    world.proxy.cut()
    await expect(running).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
      cause: reason,
    })
    world.proxy.pass()
    await connection.ready()
  })
})
