import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function ofItsOwn(world: World) {
  await server.sql('create database own')
  const url = new URL(world.url)
  url.pathname = '/own'
  return world.connect({
    connectionString: url.href,
    reconnect: { backoff: () => Array<number>(1000).fill(20) },
  })
}

describe('a database', () => {
  it('that is dropped under its session is hopeless, until somebody asks again', async () => {
    await using world = await openWorld({ server })
    const connection = await ofItsOwn(world)
    await server.sql('drop database own with (force)')
    expect(await world.told(connection, 'dead')).toMatchObject({ failure: { kind: 'server', code: '3D000' } })
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { code: '57P01' } }])
    await server.sql('create database own')
    await connection.connect()
    await connection.end()
    await server.sql('drop database own with (force)')
  })

  it('that takes nobody in for a while is asked again by the schedule', async () => {
    await using world = await openWorld({ server })
    const connection = await ofItsOwn(world)
    await server.sql('alter database own allow_connections false')
    await world.kill(connection)
    expect(await world.told(connection, 'reconnecting', 3)).toMatchObject({ failure: { code: '55000' } })
    await server.sql('alter database own allow_connections true')
    await connection.ready()
    await connection.end()
    await server.sql('drop database own with (force)')
  })
})
