// Ways of the chart that need two things to go wrong at once, or one of them at a moment that seldom comes.
import { afterAll, describe, expect, it } from 'vitest'
import {
  ConnectFailedError,
  type Connection,
  ConnectionClosedError,
  type ConnectionConfig,
  ConnectionDeadError,
} from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { completes } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const notice = `do $$ begin raise notice 'something to know'; end $$`

/** Lost, with nothing in its schedule to go on by. */
async function givenUp(config: ConnectionConfig = {}) {
  const delays: number[] = []
  const world = await openWorld({ server, config: { reconnect: { backoff: () => [...delays] }, ...config } })
  const connection = await world.connect()
  await world.kill(connection)
  await world.told(connection, 'dead')
  return { world, connection, delays }
}

/** A recovery handler that holds a recovery up, from now until it is let go. */
function holdUp(connection: Connection) {
  let entered = (): void => undefined
  let letGo = (): void => undefined
  const isIn = new Promise<void>((resolve) => (entered = resolve))
  const released = new Promise<void>((resolve) => (letGo = resolve))
  const remove = connection.addRecoveryHandler(async () => {
    entered()
    await released
  })
  return { isIn, letGo, remove }
}

async function refused(
  world: World,
  connection: Connection,
  error: typeof ConnectionDeadError | typeof ConnectionClosedError = ConnectionDeadError,
) {
  await expect(world.ask(connection, 'select 1')).rejects.toThrow(error)
}

describe('connect() after a session was given up', () => {
  it('hears what the server says while handlers still run', async () => {
    const { world, connection } = await givenUp()
    await using _ = world
    const listening = connection.listen('orders', () => undefined).catch(() => undefined)
    await listening
    connection.addRecoveryHandler(async (session) => {
      await session.query(notice)
      await session.query('listen orders')
      await session.query(`notify orders, 'early'`)
    })
    await connection.connect()
    await world.told(connection, 'notice')
    expect(await world.told(connection, 'notification')).toMatchObject({ payload: 'early' })
  })

  it('is aborted while handlers still run: its session is closed, and it is as dead as before', async () => {
    const { world, connection } = await givenUp()
    await using _ = world
    const hold = holdUp(connection)
    const controller = world.controller()
    const connecting = connection.connect({ signal: controller.signal })
    await hold.isIn
    controller.abort(new Error('enough'))
    await refused(world, connection)
    await expect(connecting).rejects.toThrow('enough')
    const isAsBefore = () => JSON.stringify(connection.actor.getSnapshot().value) === '{"dead":"asBefore"}'
    await eventually(isAsBefore, { what: 'the session closed' })
    await refused(world, connection)
    hold.letGo()
  })

  it('runs into its deadline while handlers still run', async () => {
    const { world, connection } = await givenUp()
    await using _ = world
    const hold = holdUp(connection)
    const refusals: Promise<void>[] = []
    connection.on('state', ({ from, to }) => {
      if (from === 'connecting' && to === 'dead') refusals.push(refused(world, connection))
    })
    await expect(connection.connect({ deadlineMs: 300 })).rejects.toThrow(ConnectFailedError)
    await world.told(connection, 'dead', 2)
    await Promise.all(refusals)
    hold.letGo()
  })

  it('fails when its session is lost while handlers still run', async () => {
    const { world, connection } = await givenUp()
    await using _ = world
    const hold = holdUp(connection)
    const connecting = connection.connect()
    connecting.catch(() => undefined)
    await hold.isIn
    await world.kill(connection)
    await expect(connecting).rejects.toThrow(ConnectFailedError)
    hold.letGo()
  })

  it('tries again until its deadline when its session is lost while handlers still run', async () => {
    const { world, connection, delays } = await givenUp()
    await using _ = world
    const hold = holdUp(connection)
    delays.push(5, 5)
    const connecting = connection.connect({ deadlineMs: 5000 })
    await hold.isIn
    hold.remove()
    await world.kill(connection)
    await connecting
    expect(connection.isUsable).toBe(true)
    hold.letGo()
  })

  it('gives up at once when its session is lost for a hopeless reason', async () => {
    const { world, connection } = await givenUp({ reconnect: { backoff: () => [], isHopeless: () => true } })
    await using _ = world
    const hold = holdUp(connection)
    const connecting = connection.connect({ deadlineMs: 5000 })
    connecting.catch(() => undefined)
    await hold.isIn
    await world.kill(connection)
    await expect(connecting).rejects.toThrow(ConnectFailedError)
    hold.letGo()
  })
})

describe('a recovery', () => {
  it('hears the warnings that its handlers cause', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    connection!.addRecoveryHandler((session) => session.query(notice))
    await world.kill(connection!)
    await world.told(connection!, 'connected', 2)
    expect(world.noticesOf(connection!, 'notice')).toHaveLength(1)
  })

  it('is given up when its session is lost while handlers still run, and the schedule is exhausted', async () => {
    const config = { reconnect: { backoff: () => [0] } }
    await using world = await openWorld({ server, connections: 1, config })
    const [connection] = world.connections
    const hold = holdUp(connection!)
    await world.kill(connection!)
    await hold.isIn
    await world.kill(connection!)
    await world.told(connection!, 'dead')
    expect(connection!.state).toBe('dead')
    hold.letGo()
  })
})

describe('a COMMIT in doubt', () => {
  it('is asked about by a connect() that comes before the old session is buried', async () => {
    const config = { verifyCommit: true }
    await using world = await openWorld({ server, proxy: true, connections: 1, config })
    const [connection] = world.connections
    const commit = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const done = world.operation((marker) =>
      connection!.transaction((tx) => tx.query(world.insert, [marker])),
    )
    const connected = new Promise((resolve, reject) => {
      connection!.on('state', ({ to }) => {
        if (to === 'dead') connection!.connect().then(resolve, reject)
      })
    })
    await commit.arrived()
    world.proxy.cut()
    await connected
    await expect(done).resolves.toBeDefined()
  })
})

describe('a statement', () => {
  it('is refused before connect() was ever called, and while the client is being closed', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection()
    await refused(world, connection)
    await connection.connect()
    const ended = connection.end()
    await refused(world, connection, ConnectionClosedError)
    await ended
    expect(connection.state).toBe('closed')
  })
})

describe('a connection that drains', () => {
  it('still hears what the server says', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    await connection!.listen('orders', () => undefined)
    const last = world.ask(
      connection!,
      `do $$ begin perform pg_notify('orders', 'last'); perform pg_sleep(0.1); raise notice 'last'; end $$`,
    )
    await connection!.end({ drainMs: 5000 })
    await last
    await world.told(connection!, 'notice')
    expect(await world.told(connection!, 'notification')).toMatchObject({ payload: 'last' })
  })
})
