import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Notification } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const payloads = (heard: readonly Notification[]) => heard.map(({ payload }) => payload)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n))
const notify = (channel: string, payload: string) =>
  server.sql('select pg_notify($1, $2)', [channel, payload])

async function hearing(connection: Connection, channel: string): Promise<Notification[]> {
  const heard: Notification[] = []
  await connection.listen(channel, (notification) => heard.push(notification))
  return heard
}

const arrived = (heard: readonly unknown[], count: number) =>
  eventually(() => heard.length >= count, { what: `${count} notifications`, timeoutMs: 10_000 })

describe('notifications', () => {
  it('of others come with channel, payload and who sent them (txpostgres 48)', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'heard orders')
    const [sender] = await server.sql<{ pid: number }>('select pg_backend_pid() as pid')
    await notify('heard orders', 'the first')
    await arrived(heard, 1)
    expect(heard).toEqual([{ channel: 'heard orders', payload: 'the first', processId: sender?.pid }])
  })

  it('come during and between queries, whose answers they leave alone (txpostgres 16)', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'heard orders')
    const slow = connection.query('select pg_sleep(0.05), 1 as n')
    const quick = Array.from({ length: 20 }, (_, n) => connection.query('select $1::int as n', [n]))
    await notify('heard orders', 'meanwhile')
    expect((await slow).rows[0].n).toBe(1)
    expect((await Promise.all(quick)).map(({ rows }) => rows[0].n)).toEqual(quick.map((_, n) => n))
    await arrived(heard, 1)
    expect(payloads(heard)).toEqual(['meanwhile'])
  })

  it('of its own statement come before that statement is answered', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    connection.on('notification', () => order.push('notification'))
    await connection.listen('heard orders')
    await connection.notify('heard orders', 'own').then(() => order.push('answer'))
    await arrived(order, 2)
    expect(order).toEqual(['notification', 'answer'])
  })

  it('come in the order they were sent, ten across batches, ten in one text, ten in a transaction (txpostgres 51, 52)', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'heard orders')
    for (const n of numbers(5)) await notify('heard orders', n)
    await Promise.all(numbers(5).map((n) => connection.notify('heard orders', n)))
    await server.sql(
      numbers(10)
        .map((n) => `notify "heard orders", '${n}'`)
        .join('; '),
    )
    await connection.transaction(async (tx) => {
      for (const n of numbers(10)) await tx.notify('heard orders', n)
    })
    await arrived(heard, 30)
    expect(payloads(heard)).toEqual([...numbers(5), ...numbers(5), ...numbers(10), ...numbers(10)])
  })

  it('reach the observer of their channel only, and every observer of everything (txpostgres 53)', async () => {
    const connection = await openConnection(server)
    const [orders, jobs] = [
      await hearing(connection, 'heard orders'),
      await hearing(connection, 'heard jobs'),
    ]
    const all: Notification[] = []
    connection.addNotifyObserver((notification) => all.push(notification))
    await notify('heard orders', 'a')
    await notify('heard jobs', 'b')
    await notify('heard nobody', 'c')
    await notify('heard orders', 'd')
    await arrived(all, 3)
    expect(payloads(orders)).toEqual(['a', 'd'])
    expect(payloads(jobs)).toEqual(['b'])
    expect(payloads(all)).toEqual(['a', 'b', 'd'])
  })

  it('of 100 000 in one transaction are held up to bufferLimit for a slow observer, and the rest is told', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const seen: number[] = []
    let wake = () => {}
    const woken = new Promise<void>((resolve) => (wake = resolve))
    await connection.listen(
      'heard flood',
      async ({ payload }) => {
        seen.push(Number(payload))
        if (seen.length === 1) await woken
      },
      { bufferLimit: 1000 },
    )
    const began = Date.now() - 1
    await server.sql(`select count(pg_notify('heard flood', n::text)) from generate_series(1, 100000) n`)
    await connection.query('select 1')
    await eventually(() => world.noticesOf(connection, 'gap').length > 0 && connection.pending === 0, {
      what: 'the flood has passed',
    })
    await connection.query('select 1')
    wake()
    await eventually(() => seen.at(-1) === 100_000, { what: 'the last was seen' })
    // One that it was looking at, early on, and the newest thousand.
    expect(seen[0]).toBeLessThan(50_000)
    expect(seen.slice(1)).toEqual(Array.from({ length: 1000 }, (_, n) => 99_001 + n))
    for (const gap of world.noticesOf(connection, 'gap')) {
      expect(gap).toMatchObject({ channels: ['heard flood'], reason: 'overflow' })
      expect(gap.from).toBeGreaterThan(began)
      expect(gap.to).toBeGreaterThanOrEqual(gap.from)
    }
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('of 100 000 in one transaction are all heard by an observer that keeps up', async () => {
    const connection = await openConnection(server)
    const heard = await hearing(connection, 'heard flood')
    await server.sql(`select count(pg_notify('heard flood', n::text)) from generate_series(1, 100000) n`)
    await arrived(heard, 100_000)
    expect(heard.every(({ payload }, index) => payload === String(index + 1))).toBe(true)
  })
})
