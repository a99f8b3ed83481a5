import { afterAll, describe, expect, it } from 'vitest'
import { heartbeat } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const idleMs = 300
const timeoutMs = 200
const config = { monitors: [heartbeat({ idleMs, timeoutMs })], connectTimeoutMs: 500 }

describe('the heartbeat', () => {
  it.each(['toServer', 'toClient', undefined] as const)(
    'notices a black hole (%s) while idle within idleMs + timeoutMs',
    async (direction) => {
      await using world = await openWorld({ server, proxy: true, connections: 1, config })
      const connection = world.connections[0]!
      await world.write(connection)
      world.proxy.blackhole(direction)
      const began = performance.now()
      const { failure } = await world.told(connection, 'lost')
      expect(performance.now() - began).toBeLessThan(idleMs + timeoutMs + 3000)
      expect(failure).toMatchObject({
        kind: 'monitor',
        phase: 'idle',
        message: expect.stringContaining('200 ms'),
      })
      world.proxy.pass()
      await connection.ready()
      await world.write(connection)
    },
  )

  it('leaves a session alone that answers (txpostgres point 20)', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: { monitors: [heartbeat({ idleMs: 20, timeoutMs: 500 })] },
    })
    const connection = world.connections[0]!
    const { processId } = connection
    const states = world.states(connection).length
    await server.sql('select pg_sleep(0.4)')
    expect(connection.processId).toBe(processId)
    // Its questions are the supervisor's own: nobody sees the connection busy by them.
    expect(world.states(connection)).toHaveLength(states)
    expect(connection.pending).toBe(0)
  })

  it('asks nothing inside of a lease, and nothing while a statement runs', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: { monitors: [heartbeat({ idleMs: 20, timeoutMs: 50 })] },
    })
    const connection = world.connections[0]!
    await connection.transaction(async (tx) => {
      await tx.query('select 1')
      await server.sql('select pg_sleep(0.3)')
      await tx.query('select 1')
    })
    await world.ask(connection, 'select pg_sleep(0.3)')
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})
