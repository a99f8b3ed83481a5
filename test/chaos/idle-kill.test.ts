import { afterAll, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

it('comes back when its backend is killed while it is idle', async () => {
  await using world = await openWorld({ server, connections: 1 })
  const connection = world.connections[0]!
  const before = connection.processId
  await world.ask(connection, 'select $1::text as v', [world.value])
  await world.kill(connection)
  await world.told(connection, 'connected', 2)
  expect(connection.processId).not.toBe(before)
  expect(world.noticesOf(connection, 'lost')).toMatchObject([
    { failure: { kind: 'server', code: '57P01', phase: 'idle' }, inFlight: 0, queued: 0 },
  ])
  expect(world.states(connection)).toEqual([
    'idle',
    'connecting',
    'connected',
    'querying',
    'connected',
    'dead',
    'reconnecting',
    'connected',
  ])
  expect((await world.ask(connection, 'select 1 as one')).rows).toEqual([{ one: 1 }])
})
