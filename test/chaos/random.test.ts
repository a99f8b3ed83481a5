// Callers do all that can be done while all that can go wrong does, in an order that a seed decides. Nothing is asserted
// but that it ends well: every promise settled, every verdict true, everything closed. `PG_SUPERVISOR_CHAOS_SEED` repeats one.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { type Connection, type ConnectionConfig, heartbeat } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { randomBySeed } from '../support/random-by-seed.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const given = process.env['PG_SUPERVISOR_CHAOS_SEED']
const first = given === undefined ? Math.floor(Math.random() * 1e9) : Number(given)
const count = given === undefined ? Number(process.env['PG_SUPERVISOR_CHAOS_SEEDS'] ?? 1) : 1
const seeds = Array.from({ length: count }, (_, index) => first + index)

const lastsMs = 3000
const callersEach = 3

type Dice = ReturnType<typeof randomBySeed>

const patient: ConnectionConfig = {
  statementTimeoutMs: 400,
  connectTimeoutMs: 400,
  monitors: [heartbeat({ idleMs: 200, timeoutMs: 200 })],
  reconnect: { backoff: () => Array<number>(1000).fill(20) },
}

/** What a caller may do; what it is told is compared with what is stored. */
const deeds: ((world: World, connection: Connection, dice: Dice) => Promise<unknown>)[] = [
  (world, connection) => world.write(connection),
  (world, connection) => world.write(connection, { idempotent: true }),
  (world, connection, dice) => world.write(connection, { timeoutMs: dice.between(1, 60) }),
  (world, connection, dice) => world.write(connection, { signal: soon(world, dice) }),
  (world, connection) => world.ask(connection, 'select pg_sleep(0.02)'),
  (_, connection) => connection.query('select 1/0'),
  (world, connection, dice) =>
    world.operation((marker) =>
      connection.session(
        async (session) => {
          await session.query(world.insert, [marker])
          await session.query('select pg_sleep(0.005)')
        },
        dice.chance(0.3) ? { signal: soon(world, dice) } : {},
      ),
    ),
  (world, connection, dice) =>
    world.operation((marker) =>
      connection.transaction(
        async (tx) => {
          await tx.query(world.insert, [marker])
          if (dice.chance(0.3)) await tx.transaction((inner) => inner.query('select 1'))
          if (dice.chance(0.2)) await tx.query('select 1/0').catch(() => {})
          if (dice.chance(0.2)) throw new Error('of the user')
          void tx.query('select 1')
        },
        { retry: dice.chance(0.5), ...(dice.chance(0.3) ? { timeoutMs: dice.between(1, 200) } : {}) },
      ),
    ),
  (world, connection) =>
    world.operation(
      (marker) => connection.transaction((tx) => tx.query(world.insert, [marker]), { idempotent: true }),
      9,
    ),
  async (_, connection, dice) => {
    const subscription = await connection.listen(`channel${dice.between(0, 3)}`, () => {}, { timeoutMs: 500 })
    await connection.notify('channel1', 'hello', { timeoutMs: 300 })
    await subscription.close()
  },
  (_, connection) => connection.ready({ timeoutMs: 200 }),
]

/** What may go wrong. Whatever it is, it passes. */
const disasters: ((world: World, connection: Connection, dice: Dice) => unknown)[] = [
  (world, connection) => connection.processId && world.kill(connection),
  (_, connection) =>
    connection.processId && server.sql('select pg_cancel_backend($1)', [connection.processId]),
  (world) => world.proxy.cut(),
  (world) => world.proxy.fin(),
  (world) => world.proxy.halfClose('server'),
  (world) => world.proxy.corrupt('toClient'),
  (world) => world.proxy.latency(3),
  (world) => world.proxy.slice(7),
  async (world, _, dice) => {
    world.proxy.freeze(dice.pick(['toServer', 'toClient', undefined]))
    await sleep(dice.between(1, 300))
    world.proxy.pass()
  },
  async (world, _, dice) => {
    world.proxy.blackhole(dice.pick(['toServer', 'toClient', undefined]))
    await sleep(dice.between(1, 300))
    world.proxy.pass()
  },
  async (world, _, dice) => {
    world.proxy.refuse()
    world.proxy.cut()
    await sleep(dice.between(1, 300))
    await world.proxy.listen()
  },
  (_, connection) => connection.checkForDeath(Object.assign(new Error('told'), { code: 'ECONNRESET' })),
  (_, connection) => connection.connect({ deadlineMs: 300 }).catch(() => {}),
  async (_, connection, dice) => {
    if (dice.chance(0.5)) connection.destroy()
    await connection.end({ drainMs: dice.between(0, 50) })
    await connection.connect({ deadlineMs: 1000 }).catch(() => {})
  },
]

it.each(seeds)('ends well with seed %i', async (seed) => {
  const dice = randomBySeed(seed)
  await using world = await openWorld({ server, proxy: true })
  const connections = [
    await world.connect(patient),
    await world.connect({ ...patient, whileDown: { waitMs: 2000 } }),
    await world.connect({ ...patient, whileDown: { waitMs: 100 }, pipeline: false }),
  ]
  const over = AbortSignal.timeout(lastsMs)
  const calling = connections.flatMap((connection) =>
    Array.from({ length: callersEach }, async () => {
      while (!over.aborted) {
        const asked = Array.from({ length: dice.between(1, 4) }, () =>
          dice.pick(deeds)(world, connection, dice),
        )
        const told = await Promise.allSettled(asked)
        if (told.some(({ status }) => status === 'rejected')) await sleep(dice.between(1, 20))
      }
    }),
  )
  while (!over.aborted) {
    await sleep(dice.between(5, 200))
    await dice.pick(disasters)(world, dice.pick(connections), dice)
  }
  world.proxy.pass()
  await Promise.all(calling)
  await world.settled(10_000)

  for (const connection of connections) {
    if (connection.state === 'dead' || connection.state === 'closed')
      await connection.connect({ deadlineMs: 5000 })
    await connection.ready()
    // A cable that lost bytes may still have to be found dead.
    const works = async () => (await world.write(connection)).rowCount === 1
    await eventually(works, { what: 'it works' })
    expect(connection.state).toBe('connected')
  }
})

function soon(world: World, dice: Dice): AbortSignal {
  const controller = world.controller()
  world.clock.setTimeout(() => controller.abort(new Error('the user left')), dice.between(0, 40))
  return controller.signal
}
