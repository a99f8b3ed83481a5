import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer({ settings: { max_connections: 8, superuser_reserved_connections: 3 } })
afterAll(() => server.dispose())

describe('a server all of whose slots are taken', () => {
  it('is asked once a second at most, and takes the connection in when one is free', async (context) => {
    server.mustBeStoppable(context)
    await server.sql(`create role guest login password 'guest'; grant all on schema public to guest`)
    await using world = await openWorld({ server })
    const url = new URL(world.url)
    url.username = 'guest'
    url.password = 'guest'
    const atOnce = { backoff: () => Array<number>(1000).fill(0) }
    const guest = await world.connect({ connectionString: url.href, reconnect: atOnce })
    // With the one that asks and the guest they leave one, which is not for guests.
    const others = Array.from({ length: 5 }, () => new pg.Client(server.url))
    await Promise.all(others.map((other) => other.connect()))
    await world.kill(guest)
    expect(await world.told(guest, 'reconnecting', 3)).toMatchObject({ failure: { code: '53300' } })
    const [, ...delays] = world.noticesOf(guest, 'reconnecting').map(({ delayMs }) => delayMs)
    for (const delayMs of delays) expect(delayMs).toBeGreaterThanOrEqual(1000)
    await Promise.all(others.map((other) => other.end()))
    await guest.ready()
  })
})
