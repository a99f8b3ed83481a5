import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeliveredMessage, InvalidOptionError, Outbox } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { recorder, unhurried } from '../support/outbox-recorder.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const outbox = new Outbox()
beforeEach(async () => {
  await server.sql('drop table if exists outbox, outbox_position')
  await server.sql(outbox.ddl)
})

describe('an outbox', () => {
  it('delivers what was published before and after it was listened to, with key, time and a payload of JSON', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [publisher, listener] = world.connections
    const delivered: DeliveredMessage[] = []
    await outbox.publish(publisher!, { key: 'order 7', payload: { cents: 1, list: [null, 'ü"\\'] } })
    const subscription = await outbox.durableListen(
      listener!,
      'mailer',
      (messages) => void delivered.push(...messages),
      unhurried,
    )
    await eventually(() => delivered.length === 1, { what: 'the first comes', timeoutMs: 10_000 })
    await outbox.publish(publisher!, { payload: 'two' }, { payload: 3 })
    await eventually(() => delivered.length === 3, { what: 'the others come', timeoutMs: 10_000 })
    expect(subscription.consumer).toBe('mailer')
    expect(delivered.map(({ key, payload }) => ({ key, payload }))).toEqual([
      { key: 'order 7', payload: { cents: 1, list: [null, 'ü"\\'] } },
      { key: undefined, payload: 'two' },
      { key: undefined, payload: 3 },
    ])
    expect(new Set(delivered.map(({ id }) => id)).size).toBe(3)
    expect(Math.abs(delivered[0]!.publishedAt - Date.now())).toBeLessThan(600_000)
    await subscription.close()
  })

  it('shares the fate of the transaction that publishes', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [publisher, listener] = world.connections
    const { handler, hears } = recorder()
    await using _ = await outbox.durableListen(listener!, 'mailer', handler, unhurried)
    const undone = publisher!.transaction(async (tx) => {
      await outbox.publish(tx, { payload: 'undone' })
      throw new Error('changed my mind')
    })
    await expect(undone).rejects.toThrow('changed my mind')
    await publisher!.transaction((tx) => outbox.publish(tx, { payload: 'done' }))
    await hears('done')
  })

  it('loses nothing that is committed after what came later', async () => {
    await using world = await openWorld({ server, connections: 3 })
    const [slow, quick, listener] = world.connections
    const { handler, heard, hears } = recorder()
    await using _ = await outbox.durableListen(listener!, 'mailer', handler)
    await slow!.transaction(async (tx) => {
      await outbox.publish(tx, { payload: 'began first' })
      await outbox.publish(quick!, { payload: 'committed first' })
      await listener!.query('select 1')
      expect(heard).toEqual([])
    })
    await hears('began first', 'committed first')
  })

  it('finds what a transaction held back that published nothing itself', async () => {
    await using world = await openWorld({ server, connections: 3 })
    const [other, publisher, listener] = world.connections
    const { handler, hears, heard } = recorder()
    await using _ = await outbox.durableListen(listener!, 'mailer', handler, unhurried)
    await other!.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()')
      await outbox.publish(publisher!, { payload: 'held back' })
      expect(heard).toEqual([])
    })
    await hears('held back')
  })

  it('keeps the order of a key also where the later transaction has the earlier id', async () => {
    await using world = await openWorld({ server, connections: 4 })
    const [late, early, bystander, listener] = world.connections
    const { handler, heard, hears } = recorder()
    await late!.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()')
      // Its id lies between the two, and would let the horizon pass the one without the other.
      await bystander!.transaction(async (idle) => {
        await idle.query('select pg_current_xact_id()')
        await outbox.publish(early!, { key: 'k', payload: 'published first' })
        await outbox.publish(tx, { key: 'k', payload: 'published second' })
      })
    })
    await using _ = await outbox.durableListen(listener!, 'mailer', handler, unhurried)
    await hears('published first', 'published second')
    expect(heard).toHaveLength(2)
  })

  it('gives each consumer its own place, and a new one all or nothing of what was', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    await outbox.publish(connection!, { payload: 1 })
    const all = recorder()
    const fresh = recorder()
    await using _ = await outbox.durableListen(connection!, 'all', all.handler, unhurried)
    await using __ = await outbox.durableListen(connection!, 'fresh', fresh.handler, {
      ...unhurried,
      from: 'now',
    })
    await outbox.publish(connection!, { payload: 2 })
    await all.hears(1, 2)
    await fresh.hears(2)
    expect(await server.sql('select from outbox_position')).toHaveLength(2)
  })

  it('goes on where the consumer was, on another connection', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [one, other] = world.connections
    const first = recorder()
    const subscription = await outbox.durableListen(one!, 'mailer', first.handler, unhurried)
    await outbox.publish(one!, { payload: 1 })
    await first.hears(1)
    await subscription.close()
    await outbox.publish(one!, { payload: 2 })
    const second = recorder()
    await using _ = await outbox.durableListen(other!, 'mailer', second.handler, unhurried)
    await second.hears(2)
    expect(first.heard).toEqual([1])
  })

  it('lets one of a name work at a time, and the next when that one is gone', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [one, other] = world.connections
    let atWork = 0
    const heard: unknown[] = []
    const handler = async (messages: readonly DeliveredMessage[]) => {
      expect(++atWork).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      heard.push(...messages.map(({ payload }) => payload))
      atWork--
    }
    const options = { pollMs: 20, batchSize: 3 }
    const first = await outbox.durableListen(one!, 'mailer', handler, options)
    await using second = await outbox.durableListen(other!, 'mailer', handler, options)
    expect(second.consumer).toBe('mailer')
    const numbers = Array.from({ length: 30 }, (_, n) => n)
    for (const n of numbers.slice(0, 15)) await outbox.publish(one!, { payload: n })
    await first.close()
    for (const n of numbers.slice(15)) await outbox.publish(one!, { payload: n })
    await eventually(() => expect(heard).toEqual(numbers), {
      what: 'all come once, in order',
      timeoutMs: 10_000,
    })
  })

  it('keeps its rows until all consumers have had them', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    await outbox.publish(connection!, { payload: 1 })
    expect(await outbox.deleteDelivered(connection!)).toBe(0)
    const quick = recorder()
    const idle = await outbox.durableListen(connection!, 'idle', () => undefined, unhurried)
    await idle.close()
    await using _ = await outbox.durableListen(connection!, 'quick', quick.handler, unhurried)
    await outbox.publish(connection!, { payload: 2 })
    await quick.hears(1, 2)
    const deleted = async (most: number) => {
      expect(await outbox.deleteDelivered(connection!)).toBeLessThanOrEqual(most)
      return server.sql('select from outbox')
    }
    expect((await deleted(1)).length).toBeGreaterThanOrEqual(1)
    expect(await outbox.forget(connection!, 'idle')).toBe(true)
    expect(await outbox.forget(connection!, 'idle')).toBe(false)
    await eventually(async () => expect(await deleted(2)).toHaveLength(0), {
      what: 'all are deleted',
      timeoutMs: 10_000,
    })
  })

  it('lies under any name in any schema, made where it is missing', async () => {
    await using world = await openWorld({ server, connections: 1, config: { rowMode: 'array' } })
    const [connection] = world.connections
    await server.sql('drop schema if exists "Odd ""schema" cascade; create schema "Odd ""schema"')
    const odd = new Outbox({ table: '"Odd ""schema".Table; --', channel: 'Kanal "1"' })
    await Promise.all([odd.create(connection!), odd.create(connection!)])
    await odd.create(connection!)
    const { handler, hears } = recorder()
    await using _ = await odd.durableListen(connection!, "o'mailer", handler, unhurried)
    await odd.publish(connection!, { key: "k'", payload: "it's" })
    await hears("it's")
    expect(await server.sql('select from "Odd ""schema"."Table; --_position"')).toHaveLength(1)
    await server.sql('drop schema "Odd ""schema" cascade')
  })

  it('rejects at once where its tables are missing', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const [connection] = world.connections
    const nowhere = new Outbox({ table: 'nowhere' })
    await expect(nowhere.durableListen(connection!, 'mailer', () => undefined)).rejects.toMatchObject({
      code: '42P01',
    })
    expect((await connection!.query('select pg_listening_channels()')).rowCount).toBe(0)
    await expect(outbox.durableListen(connection!, '', () => undefined)).rejects.toThrow(InvalidOptionError)
    await expect(outbox.publish(connection!, { payload: undefined })).rejects.toThrow(InvalidOptionError)
    await expect(outbox.publish(connection!, { payload: 10n })).rejects.toThrow(InvalidOptionError)
  })
})
