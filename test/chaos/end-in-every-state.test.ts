import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, ConnectionState } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

interface Scene {
  readonly state: ConnectionState
  /** Brings a connection into the state, with work that has to be refused. */
  arrange(world: World): Promise<{ connection: Connection; asked: Promise<unknown>[] }>
}

const slowly = { reconnect: { backoff: () => [0, 60_000, 60_000] } }
const patient = { whileDown: { waitMs: 60_000 } }

const scenes: Record<string, Scene> = {
  idle: {
    state: 'idle',
    arrange: async (world) => {
      const connection = world.connection()
      return { connection, asked: [connection.ready(), connection.listen('a')] }
    },
  },
  connecting: {
    state: 'connecting',
    arrange: async (world) => {
      world.proxy.acceptThenSilent()
      const connection = world.connection(patient)
      const asked = [
        connection.connect(),
        connection.ready(),
        world.write(connection),
        connection.listen('a'),
      ]
      await eventually(() => world.proxy.connections === 1, { what: 'an attempt is under way' })
      return { connection, asked }
    },
  },
  connected: {
    state: 'connected',
    arrange: async (world) => ({ connection: await world.connect(), asked: [] }),
  },
  querying: {
    state: 'querying',
    arrange: async (world) => {
      const connection = await world.connect()
      const asked = [
        world.ask(connection, 'select pg_sleep(30)'),
        world.write(connection),
        world.write(connection),
      ]
      await world.running(connection, '%pg_sleep%')
      return { connection, asked }
    },
  },
  'in a transaction that is thinking': {
    state: 'inTransaction',
    arrange: async (world) => {
      const connection = await world.connect()
      const asked: Promise<unknown>[] = []
      await new Promise<void>((resolve) => {
        asked.push(
          connection.transaction(async (tx) => {
            await tx.query('select 1')
            resolve()
            await new Promise(() => {})
          }),
        )
      })
      return { connection, asked: [...asked, world.write(connection), connection.transaction(() => {})] }
    },
  },
  'in a transaction that is querying': {
    state: 'inTransaction',
    arrange: async (world) => {
      const connection = await world.connect()
      const asked = [
        world.operation((marker) =>
          connection.transaction(async (tx) => {
            await tx.query(world.insert, [marker])
            await tx.query('select pg_sleep(30)')
          }),
        ),
        world.write(connection),
      ]
      await world.running(connection, '%pg_sleep%')
      return { connection, asked }
    },
  },
  'in a session lease': {
    state: 'inTransaction',
    arrange: async (world) => {
      const connection = await world.connect()
      const asked: Promise<unknown>[] = []
      await new Promise<void>((resolve) => {
        asked.push(
          connection.session(async (session) => {
            await session.query('begin')
            resolve()
            await session.query('select pg_sleep(30)')
          }),
        )
      })
      return { connection, asked: [...asked, world.write(connection)] }
    },
  },
  'dead, while the old client is closed': {
    state: 'dead',
    arrange: async (world) => {
      const connection = await world.connect({ ...patient, ...slowly })
      world.proxy.freeze()
      connection.checkForDeath(Object.assign(new Error('told'), { code: 'ECONNRESET' }))
      return { connection, asked: [world.write(connection), connection.ready(), connection.listen('a')] }
    },
  },
  'dead for good': {
    state: 'dead',
    arrange: async (world) => {
      const connection = await world.connect({ reconnect: false })
      world.proxy.cut()
      await world.told(connection, 'dead')
      return { connection, asked: [] }
    },
  },
  'reconnecting, waiting': {
    state: 'reconnecting',
    arrange: async (world) => {
      const connection = await world.connect({ ...patient, ...slowly })
      const asked = [world.ask(connection, 'select pg_sleep(30)', [], { idempotent: true })]
      world.proxy.refuse()
      world.proxy.cut()
      await world.told(connection, 'reconnecting', 2)
      return {
        connection,
        asked: [...asked, world.write(connection), connection.ready(), connection.listen('a')],
      }
    },
  },
  'reconnecting, dialing': {
    state: 'reconnecting',
    arrange: async (world) => {
      const connection = await world.connect(patient)
      world.proxy.acceptThenSilent()
      world.proxy.cut()
      await eventually(() => connection.state === 'reconnecting' && world.proxy.connections === 1, {
        what: 'an attempt is under way',
      })
      return { connection, asked: [connection.connect(), world.write(connection), connection.ready()] }
    },
  },
  'reconnecting, preparing': {
    state: 'reconnecting',
    arrange: async (world) => {
      const preparing: Promise<unknown>[] = []
      const connection = await world.connect({
        ...patient,
        setup: (session) => {
          if (world.storm.attempts.length > 1) {
            preparing.push(world.track(session.query('select pg_sleep(30)')))
          }
          return preparing[0]
        },
      })
      await world.kill(connection)
      await eventually(() => preparing.length === 1, { what: 'the session is being prepared' })
      return { connection, asked: [...preparing, world.write(connection), connection.ready()] }
    },
  },
  'reconnecting, restoring': {
    state: 'reconnecting',
    arrange: async (world) => {
      const connection = await world.connect(patient)
      const restoring = new Promise<void>((resolve) => {
        connection.addRecoveryHandler((session) => {
          void world.track(session.query('select pg_sleep(30)'))
          resolve()
          return new Promise(() => {})
        })
      })
      await world.kill(connection)
      await restoring
      return { connection, asked: [world.write(connection), connection.ready()] }
    },
  },
  closed: {
    state: 'closed',
    arrange: async (world) => {
      const connection = await world.connect()
      await connection.end()
      return { connection, asked: [] }
    },
  },
}

/** Ending takes 500 ms at most; the rest is for a busy machine. */
const boundMs = 5000

const endings: Record<string, (world: World, connection: Connection) => Promise<unknown>> = {
  'end()': (_, connection) => connection.end(),
  'end(), twice': (_, connection) => Promise.all([connection.end(), connection.end()]),
  'end() with time to drain': (_, connection) => connection.end({ drainMs: 50 }),
  'destroy()': async (_, connection) => {
    connection.destroy(new Error('out of patience'))
    connection.destroy()
    await eventually(() => connection.state === 'closed', { what: 'it is closed', timeoutMs: boundMs })
  },
}

describe.each(Object.entries(scenes))('a connection that is %s', (_, { state, arrange }) => {
  it.each(Object.entries(endings))(
    'is ended for good by %s (txpostgres 15, point 10)',
    async (__, finish) => {
      await using world = await openWorld({ server, proxy: true })
      const { connection, asked } = await arrange(world)
      expect(connection.state).toBe(state)
      const attempts = world.storm.attempts.length
      const told = asked.map((each) =>
        each.then(
          () => 'resolved',
          (error: { code?: string }) => error.code,
        ),
      )

      const began = performance.now()
      await finish(world, connection)
      expect(performance.now() - began).toBeLessThan(boundMs)
      expect(connection.state).toBe('closed')
      expect(await Promise.all(told)).toEqual(told.map(() => 'CONNECTION_CLOSED'))
      expect(connection.pending).toBe(0)
      expect(world.clock.openTimers).toEqual([])

      await connection.end()
      connection.destroy()
      await expect(connection.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      await expect(connection.listen('a')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      await expect(connection.ready()).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      expect(world.storm.attempts).toHaveLength(attempts)
      expect(world.noticesOf(connection, 'closed')).toHaveLength(1)
    },
  )
})
