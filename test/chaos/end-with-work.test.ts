import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionNotice } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('end() with work in flight', () => {
  it('refuses it in the order it was asked for, by what is known of each (txpostgres 33, point 10)', async () => {
    await using world = await openWorld({ server, connections: 1, config: { pipeline: false } })
    const connection = world.connections[0]!
    const order: string[] = []
    const note = (name: string, promise: Promise<unknown>) =>
      promise.catch((error: { code: string; outcome: string }) =>
        order.push(`${name} ${error.code} ${error.outcome}`),
      )
    const all = [
      note('sleeping', world.ask(connection, 'select pg_sleep(30)')),
      ...[1, 2, 3, 4, 5].map((number) => note(`waiting ${number}`, world.write(connection))),
    ]
    await world.running(connection, '%pg_sleep%')
    await connection.end()
    await Promise.all(all)
    expect(order).toEqual([
      'sleeping CONNECTION_CLOSED unknown',
      ...[1, 2, 3, 4, 5].map((number) => `waiting ${number} CONNECTION_CLOSED notApplied`),
    ])
  })

  it('asks the server to cancel it, so that no backend works on', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const { processId } = connection
    const running = world.ask(connection, 'select pg_sleep(30)').catch(() => {})
    await world.running(connection, '%pg_sleep%')
    await connection.end()
    await running
    const isGone = async () =>
      expect(await server.sql('select 1 from pg_stat_activity where pid = $1', [processId])).toEqual([])
    await eventually(isGone, { what: 'the backend is gone', timeoutMs: 1000 })
  })

  it('leaves a COMMIT that is on its way unknown', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const done = world.operation((marker) => connection.transaction((tx) => tx.query(world.insert, [marker])))
    await tag.arrived()
    await connection.end()
    await expect(done).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN', outcome: 'unknown' })
  })

  it('leaves a session unknown, for what ran in it may have been applied', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    let wrote: () => void = () => {}
    const written = new Promise<void>((resolve) => {
      wrote = resolve
    })
    const held = world.operation((marker) =>
      connection.session(async (session) => {
        await session.query(world.insert, [marker])
        wrote()
        await new Promise(() => {})
      }),
    )
    await written
    await connection.end()
    await expect(held).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', outcome: 'unknown' })
  })

  it('cuts off a server that does not answer', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.write(connection).catch((error: { outcome: string }) => error.outcome)
    world.proxy.blackhole()
    const began = performance.now()
    await connection.end()
    expect(performance.now() - began).toBeLessThan(5000)
    expect(await asked).toBe('unknown')
  })

  it('tells the reason of destroy() to whom it refuses', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const reason = new Error('deployment')
    const asked = world.ask(connection, 'select pg_sleep(30)')
    connection.destroy(reason)
    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', cause: reason })
    await connection.end()

    await connection.connect()
    const later = world.ask(connection, 'select pg_sleep(30)')
    await connection.end()
    const error = await later.catch((told: Error) => told)
    expect(error).not.toHaveProperty('cause')
  })

  it('ends the streams and subscriptions', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const heard: ConnectionNotice[] = []
    const streaming = (async () => {
      for await (const notice of connection.events()) heard.push(notice)
    })()
    const subscription = await connection.listen('a')
    const iterating = (async () => {
      for await (const notification of subscription) throw new Error(`unexpected: ${notification.channel}`)
    })()
    await connection.end()
    await Promise.all([world.track(streaming), world.track(iterating)])
    expect(heard.at(-1)).toEqual({ type: 'closed' })
  })
})

describe('end() with time to drain', () => {
  it('lets accepted work and running callbacks finish, and refuses what is new (txpostgres point 10)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    let goOn: () => void = () => {}
    const thinking = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const accepted = [
      world.ask(connection, 'select pg_sleep(0.1)'),
      world.operation((marker) =>
        connection.transaction(async (tx) => {
          await thinking
          await tx.query(world.insert, [marker])
        }),
      ),
      world.write(connection),
    ]
    const ending = connection.end({ drainMs: 5000 })
    expect(connection.state).toBe('closing')
    await expect(world.write(connection)).rejects.toMatchObject({
      code: 'CONNECTION_CLOSED',
      outcome: 'notApplied',
    })
    goOn()
    await Promise.all(accepted)
    await ending
    expect(connection.state).toBe('closed')
  })

  it('refuses the rest when the time is over', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const asked = [
      world.ask(connection, 'select 1 as one'),
      world.ask(connection, 'select pg_sleep(30)'),
      connection.transaction(() => new Promise(() => {})),
    ]
    const told = Promise.allSettled(asked)
    const began = performance.now()
    await connection.end({ drainMs: 200 })
    expect(performance.now() - began).toBeGreaterThan(190)
    expect(performance.now() - began).toBeLessThan(5000)
    expect((await told).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  it('ends at once when the session dies meanwhile', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.ask(connection, 'select pg_sleep(30)')
    await world.running(connection, '%pg_sleep%')
    const ending = connection.end({ drainMs: 20_000 })
    await world.kill(connection)
    await ending
    await expect(asked).rejects.toMatchObject({ outcome: 'unknown' })
    expect(world.states(connection).slice(-2)).toEqual(['closing', 'closed'])
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { code: '57P01' }, inFlight: 1 }])
  })

  it('is cut short by destroy()', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.ask(connection, 'select pg_sleep(30)')
    const ending = connection.end({ drainMs: 20_000 })
    connection.destroy(new Error('now'))
    await ending
    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', outcome: 'unknown' })
  })

  it('is no longer waited for by whoever aborts, and goes on', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.ask(connection, 'select pg_sleep(0.2)')
    const controller = world.controller()
    const ending = connection.end({ drainMs: 5000, signal: controller.signal })
    controller.abort(new Error('no time'))
    await expect(ending).rejects.toThrow('no time')
    await asked
    await eventually(() => connection.state === 'closed', { what: 'it is closed' })
  })
})
