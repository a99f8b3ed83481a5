import { afterAll, describe, expect, it } from 'vitest'
import { heartbeat } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Nothing of this process goes on, as when a user computes for long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('an event loop that is blocked for three seconds', () => {
  it('convicts nobody: heartbeat, deadlines and the attempt to connect all wait for what lies in the sockets', async () => {
    await using world = await openWorld({
      server,
      config: {
        monitors: [heartbeat({ idleMs: 200, timeoutMs: 300 })],
        statementTimeoutMs: 1000,
        connectTimeoutMs: 1000,
      },
    })
    const idle = await world.connect()
    const busy = await world.connect()
    const connecting = world.connection()
    // One that is answered at once would hardly be seen.
    await world.clock.nextSet(300)

    const asked = [
      world.write(busy, { timeoutMs: 1000 }),
      world.ask(busy, 'select pg_sleep(0.2)', [], { timeoutMs: 1000 }),
      busy.transaction((tx) => tx.query('select 1'), { timeoutMs: 1000 }),
      connecting.connect({ deadlineMs: 1000 }),
      idle.listen('a', undefined, { timeoutMs: 1000 }),
    ]
    block(3000)
    await Promise.all(asked)
    await world.write(idle)
    for (const connection of [idle, busy, connecting]) {
      expect(world.noticesOf(connection, 'lost')).toEqual([])
      expect(world.noticesOf(connection, 'connected')).toHaveLength(1)
    }
  })

  it('does not hide a server that is really gone', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { monitors: [heartbeat({ idleMs: 100, timeoutMs: 200 })], connectTimeoutMs: 500 },
    })
    const connection = world.connections[0]!
    world.proxy.blackhole()
    block(1000)
    expect(await world.told(connection, 'lost', 1, 2000)).toMatchObject({ failure: { kind: 'monitor' } })
    world.proxy.pass()
    await connection.ready()
  })
})

describe('a server that stands still', () => {
  it('is not convicted when it goes on within the bound of the heartbeat', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({
      server,
      connections: 1,
      config: { monitors: [heartbeat({ idleMs: 100, timeoutMs: 1500 })] },
    })
    const connection = world.connections[0]!
    server.pause()
    await eventually(() => world.clock.openTimers.includes(1500), { what: 'a heartbeat is asked for' })
    const asked = world.write(connection)
    block(500)
    server.resume()
    await asked
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('is replaced when it does not, and refuses nobody who waits', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({
      server,
      connections: 1,
      config: {
        monitors: [heartbeat({ idleMs: 100, timeoutMs: 200 })],
        whileDown: { waitMs: 10_000 },
        connectTimeoutMs: 500,
      },
    })
    const connection = world.connections[0]!
    server.pause()
    await world.told(connection, 'lost')
    const asked = world.write(connection)
    await world.told(connection, 'reconnecting')
    server.resume()
    expect((await asked).rowCount).toBe(1)
  })
})
