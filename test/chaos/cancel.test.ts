import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, RequestOptions } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const reason = new Error('the user left')

/** The ways to want a running statement gone, each with what its caller is told when the server confirms. */
const ways: Record<
  string,
  {
    options(world: World): RequestOptions
    statementTimeoutMs: number
    told: { message?: string; [field: string]: unknown }
  }
> = {
  'an abort': {
    options: (world) => {
      const controller = world.controller()
      world.clock.setTimeout(() => controller.abort(reason), 150)
      return { signal: controller.signal }
    },
    statementTimeoutMs: 0,
    told: { message: 'the user left' },
  },
  timeoutMs: {
    options: () => ({ timeoutMs: 150 }),
    statementTimeoutMs: 0,
    told: { code: 'REQUEST_TIMEOUT', phase: 'execution', outcome: 'notApplied', retrySafe: false },
  },
  statementTimeoutMs: {
    options: () => ({}),
    statementTimeoutMs: 150,
    told: { code: 'REQUEST_TIMEOUT', phase: 'execution', outcome: 'notApplied' },
  },
}

describe.each(Object.entries(ways))(
  '%s of a running statement',
  (_, { options, statementTimeoutMs, told }) => {
    it('is confirmed by the server, and the session lives on', async () => {
      await using world = await openWorld({ server, connections: 1, config: { statementTimeoutMs } })
      const connection = world.connections[0]!
      const { processId } = connection
      const running = world.operation((marker) =>
        connection.query(
          `${world.insert.replace('values', 'select')} from pg_sleep(30)`,
          [marker],
          options(world),
        ),
      )
      await expect(running).rejects.toMatchObject(told)
      await world.write(connection)
      expect(connection.processId).toBe(processId)
      expect(world.noticesOf(connection, 'lost')).toEqual([])
    })

    it('replaces the session when the server does not confirm, and tells nobody that nothing was applied (txpostgres 9)', async () => {
      await using world = await openWorld({
        server,
        proxy: true,
        connections: 1,
        config: { statementTimeoutMs },
      })
      const connection = world.connections[0]!
      const { processId } = connection
      const running = world.ask(connection, 'select pg_sleep(30)', [], options(world))
      const behind = world.write(connection)
      // Cancels come on connections of their own, and these end nowhere.
      world.proxy.acceptThenSilent()
      await expect(running).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        outcome: 'unknown',
        failure: { kind: 'timeout' },
        cause: told.message === undefined ? { code: 'REQUEST_TIMEOUT' } : reason,
      })
      await expect(behind).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
      world.proxy.pass()
      await connection.ready()
      expect(connection.processId).not.toBe(processId)
      expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
      await server.sql('select pg_terminate_backend($1)', [processId])
    })
  },
)

describe('timeoutMs', () => {
  it('of what waits in the queue rejects with phase queue, and nothing is sent', async () => {
    await using world = await openWorld({ server, connections: 1, config: { pipeline: false } })
    const connection = world.connections[0]!
    const running = world.ask(connection, 'select pg_sleep(0.3)')
    await expect(world.write(connection, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'queue',
      outcome: 'notApplied',
      retrySafe: true,
    })
    await running
  })

  it('of a transaction spans queue to commit, and rolls back', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const slow = world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          await tx.query('select pg_sleep(30)')
        },
        { timeoutMs: 100 },
      ),
    )
    await expect(slow).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'execution',
      outcome: 'notApplied',
    })
    await world.write(connection)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('of a session says that what ran in it may have been applied', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const slow = world.operation((marker) =>
      connection.session(
        async (session) => {
          await session.query(world.insert, [marker])
          await session.query('select pg_sleep(30)')
        },
        { timeoutMs: 200 },
      ),
    )
    await expect(slow).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
      phase: 'execution',
      outcome: 'unknown',
    })
    await world.write(connection)
  })

  it('counts while the connection is down', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { whileDown: { waitMs: 60_000 } },
    })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    const waiting = [world.write(connection, { timeoutMs: 50 }), connection.ready({ timeoutMs: 50 })]
    for (const refused of waiting) {
      await expect(refused).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', phase: 'queue' })
    }
  })
})

describe('whileDown', () => {
  it('lets requests wait for so long from the loss or the call, and then says that nothing was sent (txpostgres point 20)', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { whileDown: { waitMs: 200 } },
    })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    const began = performance.now()
    await expect(world.write(connection)).rejects.toMatchObject({
      code: 'CONNECTION_DEAD',
      outcome: 'notApplied',
    })
    expect(performance.now() - began).toBeGreaterThan(190)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('statementTimeoutMs', () => {
  it('counts for each statement from when it is the oldest', async () => {
    await using world = await openWorld({ server, connections: 1, config: { statementTimeoutMs: 400 } })
    const connection = world.connections[0]!
    const asked = Array.from({ length: 4 }, () => world.ask(connection, 'select pg_sleep(0.2)'))
    await Promise.all(asked)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('ends only the statement that is too slow', async () => {
    await using world = await openWorld({ server, connections: 1, config: { statementTimeoutMs: 200 } })
    const connection = world.connections[0]!
    const before = world.write(connection)
    const slow = world.ask(connection, 'select pg_sleep(30)')
    const behind = Array.from({ length: 5 }, () => world.write(connection))
    await expect(slow).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    await Promise.all([before, ...behind])
  })

  it('replaces a session whose COMMIT is not answered', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { statementTimeoutMs: 200 },
    })
    const connection = world.connections[0]!
    world.proxy.holdNext(({ type, text }) => type === 'C' && text.startsWith('COMMIT'), 'toClient')
    const done = world.operation((marker) => connection.transaction((tx) => tx.query(world.insert, [marker])))
    await expect(done).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN', outcome: 'unknown' })
    await connection.ready()
  })
})

describe('a server that is found dead by a deadline', () => {
  it('costs nobody more than the deadline and the grace of a cancel', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { statementTimeoutMs: 100 },
    })
    const connection: Connection = world.connections[0]!
    world.proxy.blackhole()
    const began = performance.now()
    await expect(world.write(connection)).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
    })
    expect(performance.now() - began).toBeLessThan(100 + 500 + 5000)
    world.proxy.pass()
    await eventually(() => connection.isUsable, { what: 'it is back' })
  })
})
