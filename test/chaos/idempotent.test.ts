import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const idempotent = true

describe('a statement whose caller vouched for repeating it', () => {
  it('is repeated after a loss in flight, whatever whileDown says, and before what waits', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const order: string[] = []
    const note = (name: string, promise: Promise<unknown>) =>
      promise.then(
        () => order.push(name),
        (error: { code: string }) => order.push(`${name}: ${error.code}`),
      )
    world.proxy.freeze('toClient')
    const asked = [
      note('repeated 1', world.write(connection, { idempotent })),
      note('lost', world.write(connection)),
      note('repeated 2', world.write(connection, { idempotent })),
    ]
    connection.on('connected', () => asked.push(note('new', world.write(connection))))
    world.proxy.cut()
    world.proxy.pass()
    await world.told(connection, 'connected', 2)
    await Promise.all(asked)
    expect(order).toEqual(['lost: CONNECTION_LOST', 'repeated 1', 'repeated 2', 'new'])
  })

  it('is repeated as often as it takes', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.ask(connection, 'select pg_sleep(0.2)', [], { idempotent })
    for (let loss = 1; loss <= 3; loss++) {
      await world.running(connection, '%pg_sleep%')
      await world.kill(connection)
      await world.told(connection, 'connected', loss + 1)
    }
    expect((await asked).rowCount).toBe(1)
  })

  it('is unknown when the connection is given up, or ended, before it could be repeated', async () => {
    await using world = await openWorld({ server, proxy: true })
    const givesUp = await world.connect({ reconnect: { backoff: () => [0] } })
    const ended = await world.connect()
    const asked = [givesUp, ended].map((connection) => world.write(connection, { idempotent }))
    world.proxy.freeze('toClient')
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(givesUp, 'dead')
    await world.told(ended, 'reconnecting')
    await ended.end()
    await expect(asked[0]).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await expect(asked[1]).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', outcome: 'unknown' })
  })

  it('is unknown when its caller leaves before it could be repeated', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const asked = world.write(connection, { idempotent, timeoutMs: 300 })
    world.proxy.freeze('toClient')
    world.proxy.refuse()
    world.proxy.cut()
    await expect(asked).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', outcome: 'unknown' })
  })

  it('is not repeated inside of a transaction or session', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const inTransaction = connection.transaction(async (tx) => {
      await tx.query('select pg_terminate_backend(pg_backend_pid())', [], { idempotent })
    })
    await expect(inTransaction).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    await connection.ready()
    const inSession = connection.session(async (session) => {
      await session.query('select pg_terminate_backend(pg_backend_pid())', [], { idempotent })
    })
    await expect(inSession).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await connection.ready()
  })
})
