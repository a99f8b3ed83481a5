import { afterAll, describe, expect, it } from 'vitest'
import { ConnectionDeadError, ConnectionLostError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** 20 that are done, one that waits for a lock, 29 behind it; nothing of the last 30 is applied when the backend is killed. */
async function fiftyInFlight(world: World) {
  const connection = world.connections[0]!
  const before = Array.from({ length: 20 }, () => world.write(connection))
  const slow = world.ask(connection, 'select pg_sleep(30)')
  const behind = Array.from({ length: 29 }, () => world.write(connection))
  await world.running(connection, '%pg_sleep%')
  // The server is past them; their answers may still be on their way.
  await Promise.all(before)
  return { connection, slow, behind }
}

describe('50 pipelined statements, killed in flight', () => {
  it('are told apart: answered ones resolve, the rest reject as lost with an unknown outcome (txpostgres 4, point 5)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const { connection, slow, behind } = await fiftyInFlight(world)
    await world.kill(connection)
    await world.settled()

    for (const lost of [slow, ...behind]) {
      const error = await lost.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error).toMatchObject({
        outcome: 'unknown',
        retrySafe: false,
        failure: { kind: 'server', code: '57P01', phase: 'querying' },
        cause: { code: '57P01', severity: 'FATAL' },
      })
    }
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ inFlight: 30, queued: 0 }])
  })

  it('leave what was asked meanwhile to the rule of whileDown', async () => {
    await using world = await openWorld({ server, connections: 1, config: { whileDown: { waitMs: 5000 } } })
    const { connection } = await fiftyInFlight(world)
    const meanwhile: Promise<unknown>[] = []
    connection.on('lost', () => meanwhile.push(world.write(connection)))
    connection.on('reconnecting', () => meanwhile.push(world.write(connection)))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(await Promise.all(meanwhile)).toMatchObject([{ rowCount: 1 }, { rowCount: 1 }])
    await world.settled()
  })

  it('are refused when asked while there is no session and nobody waits', async () => {
    await using world = await openWorld({ server, connections: 1, proxy: true })
    const { connection } = await fiftyInFlight(world)
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'lost')
    await expect(world.write(connection)).rejects.toBeInstanceOf(ConnectionDeadError)
    await world.settled()
  })

  it('are lost as well when the cable is cut without a word', async () => {
    await using world = await openWorld({ server, connections: 1, proxy: true })
    const { connection, slow, behind } = await fiftyInFlight(world)
    world.proxy.cut()
    await expect(slow).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await expect(behind.at(-1)).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ inFlight: 30 }])
    await connection.ready()
    await world.settled()
  })
})

it('settles what was written and what was not by what is known of each', async () => {
  await using world = await openWorld({ server, connections: 1, config: { pipeline: false } })
  const connection = world.connections[0]!
  const written = world.ask(connection, 'select pg_sleep(30)')
  const waiting = world.write(connection)
  await world.running(connection, '%pg_sleep%')
  await world.kill(connection)
  await expect(written).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
  await expect(waiting).rejects.toMatchObject({
    code: 'CONNECTION_DEAD',
    outcome: 'notApplied',
    retrySafe: true,
  })
  await world.told(connection, 'connected', 2)
})
