import { afterAll, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

it('gives up when the schedule is exhausted, refuses what waits, and starts over by connect() (txpostgres point 12)', async () => {
  await using world = await openWorld({ server, proxy: true })
  let outages = 0
  const connection = await world.connect({
    whileDown: { waitMs: 60_000 },
    reconnect: {
      backoff: () => {
        outages++
        return [0, 10, 20]
      },
    },
  })
  const waiting: Promise<unknown>[] = []
  connection.on('lost', () => waiting.push(world.write(connection), connection.ready()))
  world.proxy.refuse()
  world.proxy.cut()
  const dead = await world.told(connection, 'dead')
  expect(dead).toMatchObject({ attempts: 3, failure: { code: 'ECONNREFUSED', phase: 'connecting' } })
  for (const { reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ code: 'CONNECTION_DEAD', attempt: 3, nextAttemptAt: undefined })
  }
  expect(waiting).toHaveLength(2)
  expect(
    world.noticesOf(connection, 'reconnecting').map(({ attempt, delayMs }) => [attempt, delayMs]),
  ).toEqual([
    [1, 0],
    [2, 10],
    [3, 20],
  ])
  expect(world.states(connection)).toEqual([
    'idle',
    'connecting',
    'connected',
    'dead',
    'reconnecting',
    'dead',
  ])
  await expect(world.write(connection)).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  await expect(connection.listen('a')).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  await expect(connection.ready()).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  expect(world.clock.openTimers).toEqual([])

  const before = outages
  await world.proxy.listen()
  await connection.connect()
  await world.write(connection)
  await world.kill(connection)
  await world.told(connection, 'connected', 3)
  expect(outages).toBeGreaterThan(before)
})

it('stays dead after the first loss when supervision is off', async () => {
  await using world = await openWorld({ server, connections: 1, config: { reconnect: false } })
  const connection = world.connections[0]!
  const running = world.ask(connection, 'select pg_sleep(30)')
  await world.running(connection, '%pg_sleep%')
  await world.kill(connection)
  await expect(running).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  expect(await world.told(connection, 'dead')).toMatchObject({ failure: { code: '57P01' }, attempts: 0 })
  expect(world.states(connection)).toEqual(['idle', 'connecting', 'connected', 'querying', 'dead'])
  await connection.connect()
  await world.write(connection)
  expect(world.noticesOf(connection, 'connected').map(({ recovered }) => recovered)).toEqual([false, true])
})

it('retires a schedule that is none, and says so', async () => {
  await using world = await openWorld({ server })
  const connection = await world.connect({
    reconnect: {
      backoff: () => {
        throw new Error('no schedule')
      },
    },
  })
  await world.kill(connection)
  await world.told(connection, 'dead')
  expect(world.noticesOf(connection, 'listenerError')).toMatchObject([
    { during: 'reconnect.backoff', error: { message: 'no schedule' } },
    { during: 'reconnect.backoff' },
  ])
})
