import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Nothing is hopeless, and nothing is worth a pause. */
const atOnce = { isHopeless: () => false, backoff: () => Array<number>(1000).fill(0) }

/** A connection of a role that is nobody else's, which loses its session when its role has been changed. */
async function refused(world: World, change: string) {
  await server.sql(`create role refused login password 'refused'`)
  const url = new URL(world.url)
  url.username = 'refused'
  url.password = 'refused'
  const connection = await world.connect({ connectionString: url.href, reconnect: atOnce })
  await server.sql(`alter role refused ${change}`)
  await world.kill(connection)
  const { delayMs } = await world.told(connection, 'reconnecting', 2)
  return { connection, delayMs }
}

describe('a login that is refused', () => {
  it('because the password has changed is tried again after five seconds at the earliest', async () => {
    await using world = await openWorld({ server })
    const { connection, delayMs } = await refused(world, `password 'another'`)
    expect(delayMs).toBeGreaterThanOrEqual(5000)
    expect(delayMs).toBeLessThanOrEqual(7500)
    await server.sql(`alter role refused password 'refused'`)
    await connection.connect()
    await connection.end()
    await server.sql('drop role refused')
  })

  it('because there are too many is tried again after a second at the earliest', async () => {
    await using world = await openWorld({ server })
    const { connection, delayMs } = await refused(world, 'connection limit 0')
    expect(delayMs).toBeGreaterThanOrEqual(1000)
    expect(delayMs).toBeLessThanOrEqual(1500)
    await server.sql('alter role refused connection limit -1')
    await connection.ready()
    await connection.end()
    await server.sql('drop role refused')
  })
})
