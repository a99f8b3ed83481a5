import { afterAll, describe, expect, it } from 'vitest'
import { CommitOutcomeUnknownError } from '../../src/index.ts'
import { carries, completes, type WireMessage } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Inserts a marker in a transaction; returns how to tell whether it is stored. */
function transact(world: World) {
  const connection = world.connections[0]!
  let marker = ''
  const done = world.operation((text) => {
    marker = text
    return connection.transaction(async (tx) => {
      await tx.query(world.insert, [text])
      return 'done'
    })
  })
  return { connection, done, applied: () => world.applied(marker) }
}

const isReady = ({ type }: WireMessage): boolean => type === 'Z'

describe('a session that is lost during COMMIT', () => {
  it('leaves it unknown when the server never saw it (txpostgres point 16)', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const commit = world.proxy.holdNext(carries(/^commit/i), 'toServer')
    const { connection, done, applied } = transact(world)
    await commit.arrived()
    world.proxy.cut()
    const error = await done.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CommitOutcomeUnknownError)
    expect(error).toMatchObject({ outcome: 'unknown', retrySafe: false, evidence: expect.any(String) })
    expect(await applied()).toBe(false)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { phase: 'committing' } }])
    await connection.ready()
  })

  it('leaves it unknown when the server has done it and its answer did not come', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const { connection, done, applied } = transact(world)
    await tag.arrived()
    world.proxy.cut()
    await expect(done).rejects.toBeInstanceOf(CommitOutcomeUnknownError)
    expect(await applied()).toBe(true)
    await connection.ready()
  })

  it('resolves it when the server has said so and only ReadyForQuery is missing', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    // The tag goes on, what comes behind it does not.
    let sawTag = false
    const ready = world.proxy.holdNext((message) => {
      sawTag ||= completes('COMMIT')(message)
      return sawTag && isReady(message)
    }, 'toClient')
    const { connection, done, applied } = transact(world)
    await ready.arrived()
    world.proxy.fin()
    await expect(done).resolves.toBe('done')
    expect(await applied()).toBe(true)
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { phase: 'committing' } }])
  })

  it('does not run the work again when it was to be repeated after losses that are known', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    let runs = 0
    const done = world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          runs++
          await tx.query(world.insert, [marker])
        },
        { retry: true },
      ),
    )
    await tag.arrived()
    world.proxy.cut()
    await expect(done).rejects.toBeInstanceOf(CommitOutcomeUnknownError)
    expect(runs).toBe(1)
    await connection.ready()
  })

  it('runs the work again when its caller vouched for that', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    let runs = 0
    const work = (marker: string) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          return ++runs
        },
        { idempotent: true },
      )
    const done = world.operation(work, 2)
    await tag.arrived()
    world.proxy.cut()
    await expect(done).resolves.toBe(2)
  })

  it('stays unknown when it was to be run again and could not be', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const done = world.operation((marker) =>
      connection.transaction((tx) => tx.query(world.insert, [marker]), { idempotent: true }),
    )
    await tag.arrived()
    world.proxy.refuse()
    world.proxy.cut()
    await world.told(connection, 'reconnecting')
    await connection.end()
    await expect(done).rejects.toMatchObject({ outcome: 'unknown' })
  })

  it('ends an abort no differently: the answer is waited for', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const tag = world.proxy.holdNext(completes('COMMIT'), 'toClient')
    const controller = world.controller()
    const done = world.operation((marker) =>
      connection.transaction((tx) => tx.query(world.insert, [marker]), { signal: controller.signal }),
    )
    await tag.arrived()
    controller.abort(new Error('too late'))
    tag.release()
    await done
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})
