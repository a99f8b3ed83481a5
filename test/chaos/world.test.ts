// Each invariant is broken once, on purpose, to see the world notice.
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { ConnectionClosedError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const ENOUGH_FOR_A_BUSY_SERVER_TO_ANSWER = 2000

/** Opens a world, does something bad in it, and returns what the world says in the end. */
async function complaint(misdeed: (world: World) => unknown, patienceMs = 100): Promise<string> {
  const world = await openWorld({ server, connections: 1, patienceMs })
  await misdeed(world)
  return world[Symbol.asyncDispose]().then(
    () => 'nothing',
    (error: Error) => error.message,
  )
}

describe('a world complains of', () => {
  it('nothing when nothing is wrong', async () => {
    expect(await complaint((world) => world.write(world.connections[0]!))).toBe('nothing')
  })

  it('a promise that never settles', async () => {
    const said = await complaint((world) => void world.track(new Promise(() => {}), 'the plant'))
    expect(said).toBe('invariants are broken:\n- not settled: the plant')
  })

  it('a line that was printed', async () => {
    expect(await complaint(() => console.log('the plant'))).toContain('console.log: the plant')
  })

  it('a second `lost` of one session', async () => {
    const said = await complaint((world) => {
      const { actor } = world.connections[0]!
      const lost = { type: 'lost', failure: {}, inFlight: 0, queued: 0 } as never
      // The way in which the machine tells it, twice.
      for (let times = 0; times < 2; times++)
        (actor as unknown as { _actorScope: { emit(event: never): void } })._actorScope.emit(lost)
    })
    expect(said).toContain('`lost` twice for one session')
  })

  it('a state that the chart does not lead to', async () => {
    const said = await complaint((world) => {
      const state = { type: 'state', from: 'idle', to: 'closing', at: 0 } as never
      const { actor } = world.connections[0]!
      ;(actor as unknown as { _actorScope: { emit(event: never): void } })._actorScope.emit(state)
    })
    expect(said).toContain('not a step of the chart: idle → closing')
  })

  it('a backend, a socket and a timer that are left', async () => {
    let left: pg.Client | undefined
    const said = await complaint(async (world) => {
      const { application_name } = (world.connections[0]!.unsafeClient as unknown as ConnectionParameters)
        .connectionParameters
      left = new pg.Client({ connectionString: world.url, application_name })
      await left.connect()
      world.clock.setTimeout(() => {}, 50_000)
    }, ENOUGH_FOR_A_BUSY_SERVER_TO_ANSWER)
    await left?.end()
    expect(said).toMatch(/no timer is left \(a timer of 50000 ms\)/)
    expect(said).toMatch(/no backend is left \(backend \d+\)/)
    expect(said).toMatch(/resource TCPSocketWrap/)
  })

  it('a listener left on a signal', async () => {
    const said = await complaint((world) => world.controller().signal.addEventListener('abort', () => {}))
    expect(said).toContain('nobody listens to a signal (1 listeners)')
  })

  it('an error that tells a secret', async () => {
    const said = await complaint((world) =>
      world.track(Promise.reject(new ConnectionClosedError(world.server.password))).catch(() => {}),
    )
    expect(said).toContain('a secret in the error CONNECTION_CLOSED')
  })

  it('a storm', async () => {
    const said = await complaint((world) => {
      for (let at = 0; at < 11; at++) world.storm.attempts.push({ host: 'a:1', at, reachedServer: false })
    })
    expect(said).toContain('11 failed attempts at a:1')
  })

  it('an operation that was applied, whatever it was told', async () => {
    const said = await complaint((world) =>
      world
        .operation(async (marker) => {
          await world.connections[0]!.query(world.insert, [marker])
          throw new ConnectionClosedError('a lie')
        })
        .catch(() => {}),
    )
    expect(said).toContain(`operation 1 was told 'notApplied', and is stored 1 times`)
  })

  it('an operation that resolved, and is not stored', async () => {
    const said = await complaint((world) => world.operation(() => Promise.resolve()))
    expect(said).toContain(`operation 1 was told 'resolved', and is stored 0 times`)
  })
})

interface ConnectionParameters {
  connectionParameters: { application_name: string }
}
