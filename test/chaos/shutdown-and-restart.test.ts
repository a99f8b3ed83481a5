import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, exponentialBackoff, isRetrySafe, outcomeOf } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Asks one after the other until told to stop; returns what became of each. */
async function caller(world: World, connection: Connection, isOver: () => boolean) {
  const told: { error: unknown }[] = []
  while (!isOver()) {
    told.push(
      await world.write(connection).then(
        () => ({ error: undefined }),
        (error: unknown) => ({ error }),
      ),
    )
    // Refusals are immediate: a caller that did not pause would do nothing but be refused.
    if (told.at(-1)?.error !== undefined) await sleep(50)
  }
  return told
}

const shutdowns = {
  fast: () => server.stop('fast'),
  immediate: () => server.stop('immediate'),
  'kill -9': () => server.kill(),
}

describe.each(Object.entries(shutdowns))('a %s shutdown and a restart', (_, shutDown) => {
  it('are survived while 20 callers keep asking, in both modes of whileDown', async (context) => {
    server.mustBeStoppable(context)
    const reconnect = { backoff: () => exponentialBackoff({ maxDelayMs: 500 }) }
    await using world = await openWorld({ server, config: { reconnect } })
    const refusing = await world.connect()
    const waiting = await world.connect({ whileDown: { waitMs: 20_000 } })
    let isOver = false
    const callers = [refusing, waiting].map((connection) =>
      Promise.all(Array.from({ length: 10 }, () => caller(world, connection, () => isOver))),
    )
    await world.write(refusing)
    await shutDown()
    // Away for several attempts of each, and long enough to refuse somebody.
    await Promise.all([refusing, waiting].map((connection) => world.told(connection, 'reconnecting', 4)))
    await expect(world.write(refusing)).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    await server.start()
    await Promise.all([refusing.ready(), waiting.ready()])
    await Promise.all([world.write(refusing), world.write(waiting)])
    isOver = true

    const [refused, waited] = (await Promise.all(callers)).map((told) => told.flat())
    // Whoever was refused knows that nothing was applied; the marker rows are compared with it in the end.
    const codes = new Set(refused!.map(({ error }) => (error as { code?: string } | undefined)?.code))
    expect(codes).toContain('CONNECTION_DEAD')
    expect(
      [...codes].filter((code) => !['CONNECTION_DEAD', 'CONNECTION_LOST', undefined].includes(code)),
    ).toEqual([])
    // Whoever waits is only told of what was in flight: at most one statement of each caller.
    const failures = waited!.flatMap(({ error }) => (error === undefined ? [] : [error]))
    expect(failures.length).toBeLessThanOrEqual(10)
    for (const error of failures) expect(outcomeOf(error)).toBe('unknown')
    for (const { error } of refused!.filter((told) => told.error !== undefined)) {
      expect(isRetrySafe(error)).toBe(outcomeOf(error) === 'notApplied')
    }
    for (const connection of [refusing, waiting]) {
      expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
      expect(world.noticesOf(connection, 'connected')).toHaveLength(2)
    }
  })
})
