import { afterAll, describe, expect, it } from 'vitest'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('several connections in one process', () => {
  it('live side by side, each with its own session, queue and fate', async () => {
    const world = await worldOfTest(server, { connections: 10 })
    const { connections } = world
    const pids = await Promise.all(
      connections.map(
        async (connection) =>
          (await connection.query('select pg_backend_pid() as pid')).rows[0].pid as number,
      ),
    )
    expect(new Set(pids).size).toBe(10)
    expect(connections.map(({ processId }) => processId)).toEqual(pids)
    expect(new Set(connections.map(({ name }) => name)).size).toBe(10)

    const [killed, ended, ...others] = connections
    const busy = others.map((connection) =>
      connection.transaction((tx) => tx.query('select pg_sleep(0.05), 1 as n')),
    )
    await world.kill(killed!)
    await ended!.end()
    for (const { rows } of await Promise.all(busy)) expect(rows).toMatchObject([{ n: 1 }])
    await world.told(killed!, 'connected', 2)
    expect(ended!.state).toBe('closed')
    for (const connection of others) {
      expect(world.states(connection)).not.toContain('dead')
      expect(connection.isUsable).toBe(true)
    }
  })

  it('hear each what they listen to', async () => {
    const world = await worldOfTest(server, { connections: 3 })
    const heard: string[] = []
    await Promise.all(
      world.connections.map((connection, n) =>
        connection.listen(`several ${n % 2}`, ({ payload }) => heard.push(`${n} ${payload}`)),
      ),
    )
    await world.connections[0]!.notify('several 0', 'a')
    await world.connections[0]!.notify('several 1', 'b')
    await Promise.all(world.connections.map((connection) => connection.query('select 1')))
    expect(heard.sort()).toEqual(['0 a', '1 b', '2 a'])
  })

  it('share a configuration without sharing anything else', async () => {
    const world = await worldOfTest(server)
    const config = { settings: { work_mem: '3MB' }, types: undefined as never, keepAlive: true }
    const before = JSON.stringify(config)
    const connections = [await world.connect(config), await world.connect(config)]
    Object.assign(config.settings, { work_mem: '4MB' })
    await world.kill(connections[0]!)
    await world.told(connections[0]!, 'connected', 2)
    for (const connection of connections) {
      expect((await connection.query('show work_mem')).rows).toEqual([{ work_mem: '3MB' }])
    }
    expect(before).toBe(JSON.stringify({ ...config, settings: { work_mem: '3MB' } }))
  })
})
