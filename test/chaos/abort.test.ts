import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const reason = new Error('the user left')

describe('an abort', () => {
  it('before the call rejects with its reason, and nothing is sent', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    controller.abort(reason)
    const { signal } = controller
    for (const refused of [
      world.write(connection, { signal }),
      connection.execute('select 1', [], { signal }),
      connection.notify('a', 'b', { signal }),
      connection.transaction(() => {}, { signal }),
      connection.session(() => {}, { signal }),
      connection.listen('a', undefined, { signal }),
      connection.ready({ signal }),
    ]) {
      await expect(refused).rejects.toBe(reason)
    }
    expect(connection.state).toBe('connected')
  })

  it('of what waits in the queue rejects at once, and nothing of it is sent (txpostgres point 4)', async () => {
    await using world = await openWorld({ server, connections: 1, config: { pipeline: false } })
    const connection = world.connections[0]!
    let isRunning = true
    const running = world.ask(connection, 'select pg_sleep(0.3)').finally(() => {
      isRunning = false
    })
    const controller = world.controller()
    const { signal } = controller
    let marker = ''
    const queued = world.operation((text) => {
      marker = text
      return connection.query(world.insert, [text], { signal })
    })
    const transaction = connection.transaction(() => {}, { signal })
    const session = connection.session(() => {}, { signal })
    const behind = world.write(connection)
    controller.abort(reason)
    for (const refused of [queued, transaction, session]) await expect(refused).rejects.toBe(reason)
    expect(isRunning).toBe(true)
    await Promise.all([running, behind])
    expect(await world.applied(marker)).toBe(false)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('of what runs asks the server to cancel it, and rejects when the server has confirmed (txpostgres 8, 42, 43)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const { processId } = connection
    const controller = world.controller()
    const running = world.ask(connection, 'select pg_sleep(30)', [], { signal: controller.signal })
    const behind = world.write(connection)
    await world.running(connection, '%pg_sleep%')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await behind
    expect(connection.processId).toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('that comes too late changes nothing: the answer stands', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const answer = world.proxy.holdNext(({ type }) => type === 'Z', 'toClient')
    const asked = world.operation((marker) =>
      connection.query(world.insert, [marker], { signal: controller.signal }),
    )
    await answer.arrived()
    controller.abort(reason)
    answer.release()
    expect((await asked).rowCount).toBe(1)
    expect((await world.write(connection)).rowCount).toBe(1)
  })

  it('of a transaction rolls it back, whatever its callback still does (txpostgres 44, point 18)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    let afterwards: Promise<unknown> | undefined
    const aborted = world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          const sleeping = tx.query('select pg_sleep(30)')
          await world.running(connection, '%pg_sleep%')
          controller.abort(reason)
          await sleeping.catch(() => {})
          afterwards = tx.query('select 1')
          await afterwards
        },
        { signal: controller.signal },
      ),
    )
    await expect(aborted).rejects.toBe(reason)
    await world.write(connection)
    await expect(afterwards).rejects.toBe(reason)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
    expect(connection.transactionStatus).toBe('idle')
  })

  it('of a transaction that never ends lets the next in', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const stuck = connection.transaction(() => new Promise(() => {}), { signal: controller.signal })
    const next = world.write(connection)
    await world.reached(connection, 'inTransaction')
    controller.abort(reason)
    await expect(stuck).rejects.toBe(reason)
    expect((await next).rowCount).toBe(1)
  })

  it('of a session lease leaves the session as it was before, or as good', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const stuck = connection.session(
      async (session) => {
        await session.query('begin')
        await new Promise(() => {})
      },
      { signal: controller.signal },
    )
    await world.reached(connection, 'inTransaction')
    controller.abort(reason)
    await expect(stuck).rejects.toBe(reason)
    await world.write(connection)
    expect(connection.transactionStatus).toBe('idle')
  })

  it('while the connection is down rejects at once', async () => {
    await using world = await openWorld({
      server,
      proxy: true,
      connections: 1,
      config: { whileDown: { waitMs: 60_000 } },
    })
    const connection = world.connections[0]!
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    const controller = world.controller()
    const { signal } = controller
    const waiting = [
      world.write(connection, { signal }),
      connection.ready({ signal }),
      connection.listen('a', undefined, { signal }),
      connection.transaction(() => {}, { signal }),
    ]
    controller.abort(reason)
    for (const refused of waiting) await expect(refused).rejects.toBe(reason)
    await world.proxy.listen()
    await connection.ready()
    expect((await connection.query('select pg_listening_channels()')).rowCount).toBe(0)
  })

  it('of a statement while its session dies tells of the loss', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const running = world.write(connection, { signal: controller.signal })
    world.proxy.freeze('toClient')
    controller.abort(reason)
    world.proxy.cut()
    await expect(running).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
      cause: reason,
    })
    world.proxy.pass()
    await connection.ready()
  })
})
