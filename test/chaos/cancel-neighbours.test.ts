// A cancel hits whatever the server runs when it arrives, so a slow one could hit a neighbour of its target. None is hit.
import { afterAll, describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const reason = new Error('the user left')

/** Runs rounds of a statement that is aborted at some moment of its life, among neighbours that must not notice. */
async function rounds(
  world: World,
  count: number,
  longestMs: number,
): Promise<{ aborted: number; completed: number }> {
  const connection = world.connections[0]!
  let aborted = 0
  for (let round = 0; round < count; round++) {
    const controller = world.controller()
    const before = world.write(connection)
    const target = world.ask(
      connection,
      'select pg_sleep($1::float8)',
      [((round % 6) / 5) * (longestMs / 1000)],
      {
        signal: controller.signal,
      },
    )
    const behind = [world.write(connection), world.ask(connection, 'select pg_sleep(0.001)')]
    world.clock.setTimeout(() => controller.abort(reason), round % 5)
    const error = await target.then(
      () => undefined,
      (told: unknown) => told,
    )
    expect([undefined, reason]).toContain(error)
    if (error === reason) aborted++
    await Promise.all([before, ...behind, world.write(connection)])
  }
  return { aborted, completed: count - aborted }
}

describe('a cancel', () => {
  it('hits no neighbour of its target, in hundreds that come at any moment', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const { aborted, completed } = await rounds(world, 200, 5)
    expect(aborted).toBeGreaterThan(10)
    expect(completed).toBeGreaterThan(10)
    expect(world.noticesOf(world.connections[0]!, 'lost')).toEqual([])
  })

  it('hits none either when it is slow to arrive', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    world.proxy.latency(5)
    const { aborted } = await rounds(world, 40, 60)
    expect(aborted).toBeGreaterThan(5)
    expect(world.noticesOf(world.connections[0]!, 'lost')).toEqual([])
  })

  /** Aborts a statement that is done already, while its answer is on the way and its neighbour runs. */
  async function hitNeighbour(world: World, text: string): Promise<{ neighbour: Promise<unknown> }> {
    const connection = world.connections[0]!
    const controller = world.controller()
    const answer = world.proxy.holdNext(({ type }) => type === 'C', 'toClient')
    const target = world.ask(connection, 'select 1', [], { signal: controller.signal })
    const neighbour = world.ask(connection, text)
    await answer.arrived()
    await world.running(connection, `${text}%`)
    controller.abort(reason)
    const isHit = async () => {
      const [backend] = await server.sql('select state from pg_stat_activity where pid = $1', [
        connection.processId,
      ])
      return backend?.['state'] === 'idle'
    }
    await eventually(isHit, { what: 'the cancel hits the neighbour' })
    answer.release()
    await target
    return { neighbour }
  }

  it('that comes late runs the neighbour it hit again', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const { neighbour } = await hitNeighbour(world, 'select 1 as one from pg_sleep(0.4)')
    expect(await neighbour).toMatchObject({ rows: [{ one: 1 }] })
    expect(world.noticesOf(world.connections[0]!, 'lost')).toEqual([])
  })

  it('that comes late leaves unknown what may have committed inside', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    await server.sql(
      'create or replace procedure slow() language plpgsql as $$ begin perform pg_sleep(30); end $$',
    )
    const { neighbour } = await hitNeighbour(world, 'call slow()')
    const error = await neighbour.catch((told: unknown) => told)
    expect(error).toMatchObject({ code: '57014' })
    expect(outcomeOf(error)).toBe('unknown')
    expect(world.noticesOf(world.connections[0]!, 'lost')).toEqual([])
  })
})
