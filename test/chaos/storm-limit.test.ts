import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const atOnce = { reconnect: { backoff: () => Array<number>(10_000).fill(0) } }

describe('five connections with a schedule that knows no delay', () => {
  it('make at most ten attempts in any five seconds at a port that refuses', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 5, config: atOnce })
    const before = world.storm.attempts.length
    world.proxy.refuse()
    const began = performance.now()
    world.proxy.cut()
    await Promise.all(world.connections.map((connection) => world.told(connection, 'lost')))
    await server.sql('select pg_sleep(6)')
    const seconds = (performance.now() - began) / 1000
    const attempts = world.storm.attempts.slice(before)
    // Five at once, and one a second: the world itself asserts ten in any five seconds.
    expect(attempts.length).toBeLessThanOrEqual(5 + Math.ceil(seconds))
    expect(attempts.length).toBeGreaterThanOrEqual(5 + Math.floor(seconds) - 2)
    // Nobody is left out for ever.
    expect(
      Math.max(...world.connections.map((each) => world.noticesOf(each, 'reconnecting').length)),
    ).toBeLessThan(6)

    await world.proxy.listen()
    await Promise.all(world.connections.map((connection) => connection.ready()))
  })

  it('come back at once when the host is up: successes cost nothing', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 5, config: atOnce })
    const began = performance.now()
    for (let outage = 0; outage < 4; outage++) {
      world.proxy.cut()
      await Promise.all(world.connections.map((each) => world.told(each, 'connected', outage + 2)))
    }
    // If they cost what failures cost, the fifteen beyond the first five would take fifteen seconds.
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('leave the line when they are ended in it', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 5, config: atOnce })
    world.proxy.refuse()
    world.proxy.cut()
    await Promise.all(world.connections.map((connection) => world.told(connection, 'reconnecting', 2)))
    const [stays, ...leave] = world.connections
    await Promise.all(leave.map((connection) => connection.end()))
    await world.proxy.listen()
    await stays!.ready()
    expect(leave.map(({ state }) => state)).toEqual(['closed', 'closed', 'closed', 'closed'])
  })
})

describe('a caller who asks for a session again and again, and waits for none', () => {
  it('makes no storm at a host that does not answer', async () => {
    await using world = await openWorld({ server, proxy: true })
    const connection = world.connection()
    world.proxy.freeze()
    for (let times = 0; times < 12; times++) {
      const asked = connection.connect({ signal: AbortSignal.timeout(20) })
      await expect(asked).rejects.toThrow('aborted')
    }
    expect(world.storm.attempts.length).toBeLessThan(10)
    world.proxy.pass()
    await connection.connect()
  })
})
