import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** The ways in which an idle session ends, each with what is known of it. */
const ways: Record<string, { end(world: World, connection: Connection): unknown; failure: object }> = {
  'is ended by an administrator': {
    end: (world, connection) => world.kill(connection),
    failure: { kind: 'server', code: '57P01' },
  },
  'is reset': {
    end: (world) => world.proxy.cut(),
    failure: { kind: 'network', code: 'ECONNRESET' },
  },
  'is closed without a word': {
    end: (world) => world.proxy.fin(),
    failure: { kind: 'closed', code: undefined },
  },
  'is half closed': {
    end: (world) => world.proxy.halfClose('client'),
    failure: { kind: 'closed', code: undefined },
  },
  'was idle for longer than the server allows': {
    end: async (_, connection) => connection.query(`set idle_session_timeout = '50ms'`),
    failure: { kind: 'server', code: '57P05' },
  },
}

describe.each(Object.entries(ways))('an idle session that %s', (_, { end, failure }) => {
  it('is replaced by another, told of once (txpostgres 6, point 5)', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const { processId } = connection
    await world.ask(connection, 'select $1::text as v', [world.value])
    await end(world, connection)
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([
      { failure: { ...failure, phase: 'idle' }, inFlight: 0, queued: 0 },
    ])
    expect(world.noticesOf(connection, 'reconnecting')).toMatchObject([{ attempt: 1, delayMs: 0 }])
    expect(world.states(connection).slice(-3)).toEqual(['dead', 'reconnecting', 'connected'])
    expect((await world.ask(connection, 'select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})
