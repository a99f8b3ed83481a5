import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, type DeliveredMessage, Outbox } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** Of a thorough run; a world minds whoever prints. */
const figures = ''
afterAll(() => figures === '' || console.log(figures))

const isThorough = Number(process.env['PG_SUPERVISOR_CHAOS_SEEDS']) > 1
/** The listener dies ten times a second until everything is delivered; in a short run as often as it comes back. */
const { count, kills, pauseMs } = isThorough
  ? { count: 100_000, kills: Number.POSITIVE_INFINITY, pauseMs: 100 }
  : { count: 1600, kills: 50, pauseMs: 0 }
const publishers = 4
const keys = 20

const outbox = new Outbox({ table: 'besieged' })

/** So many messages, each key by one publisher alone, a few in each transaction, some of which are undone. */
async function publish(connection: Connection, lane: number, published: Set<string>): Promise<void> {
  const all = Array.from({ length: count / publishers }, (_, number) => ({
    key: `${lane}/${number % (keys / publishers)}`,
    payload: { lane, number },
  }))
  while (all.length > 0) {
    const some = all.splice(0, 10)
    const publishing = (): Promise<void> =>
      connection.transaction(async (tx) => {
        await outbox.publish(tx, ...some)
        if (Math.random() < 0.1) throw new Undone()
      })
    await publishing().catch(async (error: unknown) => {
      if (!(error instanceof Undone)) throw error
      await connection.transaction((tx) => outbox.publish(tx, ...some))
    })
    for (const { payload } of some) published.add(`${payload.lane}/${payload.number}`)
  }
}

class Undone extends Error {}

/** Ends the listener's session again and again, until so many or told to stop; resolves to how many it were. */
async function killing(world: World, listener: Connection, stop: AbortSignal): Promise<number> {
  let killed = 0
  for (let last = 0; killed < kills && !stop.aborted; ) {
    const { processId } = listener
    if (processId !== undefined && processId !== last && listener.isUsable) {
      await world.kill(listener)
      last = processId
      killed++
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return killed
}

describe('an outbox whose listener dies again and again under publishers', { timeout: 600_000 }, () => {
  it('loses nothing, keeps the order of each key, and stores exactly once what its handler stores', async () => {
    await using world = await openWorld({ server, connections: publishers + 1 })
    const [listener, ...others] = world.connections
    await server.sql(
      'drop table if exists besieged, besieged_position, besieged_ledger; create table besieged_ledger (id text)',
    )
    await server.sql(outbox.ddl)
    const delivered: DeliveredMessage[] = []
    const subscription = await outbox.durableListen(
      listener!,
      'ledger',
      async (messages, { tx }) => {
        delivered.push(...messages)
        await tx.query('insert into besieged_ledger select unnest($1::text[])', [
          messages.map(({ id }) => id),
        ])
      },
      { batchSize: isThorough ? 500 : 50, onError: () => undefined },
    )
    const began = performance.now()
    const stop = new AbortController()
    const published = new Set<string>()
    const killed = killing(world, listener!, stop.signal)
    await Promise.all(others.map((connection, lane) => publish(connection, lane, published)))
    if (!isThorough) await killed
    const idOf = ({ payload }: DeliveredMessage): string => {
      const { lane, number } = payload as { lane: number; number: number }
      return `${lane}/${number}`
    }
    const stored = async () => {
      const [row] = await server.sql<{ n: number }>(
        'select count(distinct id)::int as n from besieged_ledger',
      )
      return row!.n === count
    }
    await eventually(stored, { what: 'all are delivered', timeoutMs: isThorough ? 500_000 : 60_000 })
    stop.abort()
    const deaths = await killed
    await listener!.ready()
    await subscription.close()

    const first = new Map<string, DeliveredMessage>()
    for (const message of delivered) if (!first.has(idOf(message))) first.set(idOf(message), message)
    expect(published.size).toBe(count)
    expect([...first.keys()].toSorted()).toEqual([...published].toSorted())
    const byKey = new Map<string | undefined, number[]>()
    for (const { key, payload } of first.values()) {
      const numbers = byKey.get(key) ?? []
      numbers.push((payload as { number: number }).number)
      byKey.set(key, numbers)
    }
    expect(byKey.size).toBe(keys)
    for (const numbers of byKey.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    const [ledger] = await server.sql<{ n: number }>('select count(*)::int as n from besieged_ledger')
    expect(ledger!.n).toBe(count)
    expect(deaths).toBeGreaterThanOrEqual(isThorough ? 1 : kills)
    const duplicates = delivered.length - first.size
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    if (isThorough)
      console.log(
        `${count} messages, ${deaths} deaths in ${seconds} s: 0 lost, ${duplicates} delivered again`,
      )
  })

  it('never runs two handlers at once, not even while one outlives its session', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [listener, publisher] = world.connections
    await server.sql('drop table if exists besieged, besieged_position')
    await server.sql(outbox.ddl)
    const events: string[] = []
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const subscription = await outbox.durableListen(
      listener!,
      'slow',
      async ([message]) => {
        const attempt = events.filter((event) => event === 'begins').length
        events.push('begins')
        if (attempt === 0) await held
        events.push(`ends ${String(message!.payload)}`)
      },
      { backoff: () => [0, 0, 0] },
    )
    await outbox.publish(publisher!, { payload: 1 })
    await eventually(() => events.length === 1, { what: 'the handler runs', timeoutMs: 10_000 })
    await world.kill(listener!)
    await world.told(listener!, 'connected', 2)
    release()
    await eventually(() => events.length === 4, { what: 'the batch comes again', timeoutMs: 10_000 })
    expect(events).toEqual(['begins', 'ends 1', 'begins', 'ends 1'])
    await subscription.close()
  })
})
