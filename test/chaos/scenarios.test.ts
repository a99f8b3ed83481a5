// Everything of test/faults on one connection under callers: every promise settles, every verdict is true, the connection
// comes back by itself, and the world's invariants hold.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, type ConnectionConfig, heartbeat } from '../../src/index.ts'
import { scenarios } from '../faults/scenarios.ts'
import { befall, openScene } from '../faults/scene.ts'
import { eventually } from '../support/eventually.ts'
import { seedsToWalk } from '../support/nemesis/seeds.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Short deadlines where something is to be found dead, and none where nothing may be. */
const config = {
  sessions: {
    connectTimeoutMs: 1000,
    statementTimeoutMs: 800,
    monitors: [heartbeat({ idleMs: 300, timeoutMs: 300 })],
  },
  nothing: { monitors: [heartbeat({ idleMs: 100, timeoutMs: 10_000 })] },
} satisfies Record<string, ConnectionConfig>

/** Asks one after the other. */
class Caller {
  done = 0
  isOver = false
  readonly #how: 'write' | 'transact'

  constructor(how: 'write' | 'transact') {
    this.#how = how
  }

  async call(world: World, connection: Connection): Promise<void> {
    while (!this.isOver) {
      const asked =
        this.#how === 'write'
          ? world.write(connection)
          : world.operation((marker) => connection.transaction((tx) => tx.query(world.insert, [marker])))
      const isDone = await asked.then(
        () => true,
        () => false,
      )
      if (isDone) this.done++
      await sleep(isDone ? 2 : 20)
    }
  }
}

/** Everybody has been served once more than now. */
async function served(callers: readonly Caller[]): Promise<void> {
  const before = callers.map(({ done }) => done)
  const isServed = () => callers.every(({ done }, index) => done > before[index]!)
  await eventually(isServed, { what: 'every caller is served', timeoutMs: 15_000 })
}

describe.each(scenarios.map((scenario) => [scenario.broken, scenario] as const))(
  'while %s',
  (_, scenario) => {
    it.for(seedsToWalk())(
      'every verdict is true, and the connection comes back, seed %i',
      async (seed, context) => {
        if (scenario.stopsServer) server.mustBeStoppable(context)
        const lack = scenario.lacks?.()
        context.skip(lack !== undefined, lack)
        await using world = await openWorld({ server, proxy: true, patienceMs: 10_000 })
        await using scene = openScene(server, world.proxy, seed)
        const connectionString = (await scenario.route?.(scene)) ?? world.url
        const connection = await world.connect({
          connectionString,
          verifyCommit: true,
          ...config[scenario.costs],
        })
        const { callers: how } = scenario
        const callers = how === 'wait' ? [] : Array.from({ length: 3 }, () => new Caller(how))
        const calling = callers.map((caller) => caller.call(world, connection))
        await served(callers)
        await befall(scene, scenario)
        const works = () => world.write(connection).then(() => true)
        await eventually(works, { what: 'it works again', timeoutMs: 15_000 })
        await served(callers)
        for (const caller of callers) caller.isOver = true
        await Promise.all(calling)
        await world.settled(10_000)
        const lost = world.noticesOf(connection, 'lost')
        expect(lost.length > 0 ? 'sessions' : 'nothing').toBe(scenario.costs)
      },
    )
  },
)
