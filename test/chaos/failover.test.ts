import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectionLostError, outcomeOf } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { startCluster, type TestCluster } from '../support/test-cluster.ts'
import { openWorld } from '../support/world.ts'

describe('the primary dies and its standby is promoted', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    // What was acknowledged is on the standby.
    cluster = await startCluster(1, { synchronous_standby_names: '*' })
  }, 60_000)
  afterAll(() => cluster.dispose())

  it('what was in flight is told as ever, what waited is written there, and nothing acknowledged is lost', {
    timeout: 60_000,
  }, async () => {
    await using world = await openWorld({
      server: cluster.asServer,
      config: {
        connectionString: `postgres://${cluster.primary.user}:${cluster.primary.password}@/${cluster.primary.database}`,
        hosts: cluster.hosts,
        targetSessionAttrs: 'read-write',
        whileDown: { waitMs: 20_000 },
      },
    })
    const writer = await world.connect()
    const reader = await world.connect({ targetSessionAttrs: 'standby' })
    expect([writer.host?.port, reader.host?.port]).toEqual([cluster.primary.port, cluster.standby.port])
    const heard: string[] = []
    await writer.listen('jobs', ({ payload }) => heard.push(payload))
    for (let count = 0; count < 5; count++) await world.write(writer)
    await cluster.caughtUp()

    const inFlight = world.write(writer)
    const slow = world.ask(writer, 'select pg_sleep(30)')
    await world.running(writer, '%pg_sleep(30)%')
    await cluster.primary.kill()
    await world.told(writer, 'lost')
    const waiting = world.write(writer)
    await expect(slow).rejects.toThrow(ConnectionLostError)
    expect(outcomeOf(await slow.catch((error: unknown) => error))).toBe('unknown')
    await cluster.promote()
    await Promise.all([inFlight.catch(() => undefined), waiting])
    await world.told(writer, 'connected', 2, 15_000)
    expect(writer.host?.port).toBe(cluster.standby.port)

    expect(world.noticesOf(writer, 'gap')).toMatchObject([{ channels: ['jobs'], reason: 'lost' }])
    await cluster.leader.sql(`select pg_notify('jobs', 'after')`)
    await eventually(() => heard.includes('after'), {
      what: 'LISTEN stands on the new primary',
      timeoutMs: 10_000,
    })

    // Whoever wanted a standby knows that it has none any more.
    const promoted = () => world.noticesOf(reader, 'warning').some(({ reason }) => reason === 'promoted')
    await reader.query('select 1').catch(() => undefined)
    await eventually(promoted, { what: 'the reader knows', timeoutMs: 10_000 })

    // The old primary comes back as what it was, at a moment when nobody else is there.
    await cluster.standby.kill()
    await cluster.primary.start()
    const splitBrain = () =>
      world.noticesOf(writer, 'warning').find(({ reason }) => reason === 'splitBrain') ?? false
    const { message } = await eventually(splitBrain, { what: 'the alarm', timeoutMs: 15_000 })
    expect(message).toContain('is a primary of timeline 1, while')
    expect(writer.isUsable).toBe(false)
    await cluster.standby.start()
    await world.told(writer, 'connected', 3, 15_000)
    expect(writer.host?.port).toBe(cluster.standby.port)
    await world.write(writer)
  })
})
