import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Notification, NotificationObserver } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const arrived = (heard: readonly unknown[], count: number) =>
  eventually(() => heard.length >= count, { what: `${count} calls` })

describe('an observer', () => {
  it('is awaited before its next call, and does not hold up another (txpostgres 55)', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    let running = 0
    let most = 0
    let wake = () => {}
    const woken = new Promise<void>((resolve) => (wake = resolve))
    await connection.listen('observed', async ({ payload }) => {
      most = Math.max(most, ++running)
      await woken
      order.push(`slow ${payload}`)
      running--
    })
    await connection.listen('observed', ({ payload }) => order.push(`quick ${payload}`))
    for (const payload of ['1', '2', '3']) await connection.notify('observed', payload)
    await arrived(order, 3)
    wake()
    await arrived(order, 6)
    expect(order).toEqual(['quick 1', 'quick 2', 'quick 3', 'slow 1', 'slow 2', 'slow 3'])
    expect(most).toBe(1)
  })

  it.each<[string, NotificationObserver]>([
    [
      'throws',
      () => {
        throw new Error('no good')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no good'))],
    [
      'throws late',
      async () => {
        await Promise.resolve()
        throw new Error('no good')
      },
    ],
  ])('that %s is reported, called again, and harms nobody (txpostgres 54, 56)', async (_, observer) => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const heard: Notification[] = []
    const failing = vi.fn<NotificationObserver>(observer)
    await connection.listen('observed', failing)
    connection.addNotifyObserver(failing)
    await connection.listen('observed', (notification) => heard.push(notification))
    const asked = Array.from({ length: 10 }, (_each, n) => connection.query('select $1::int as n', [n]))
    await connection.notify('observed', 'first')
    await connection.notify('observed', 'second')
    expect((await Promise.all(asked)).map(({ rows }) => rows[0].n)).toEqual(asked.map((_each, n) => n))
    await arrived(heard, 2)
    await arrived(failing.mock.calls, 4)
    await eventually(() => world.noticesOf(connection, 'listenerError').length === 4, {
      what: 'all are reported',
    })
    for (const { error, during } of world.noticesOf(connection, 'listenerError')) {
      expect(error).toMatchObject({ message: 'no good' })
      expect(during).toBe('a notification observer')
    }
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('may ask the connection, open a transaction, and notify', async () => {
    const connection = await openConnection(server)
    const told: unknown[] = []
    await connection.listen('observed question', async ({ payload }) => {
      const { rows } = await connection.query('select $1::int + 1 as n', [payload])
      await connection.transaction((tx) => tx.notify('observed answer', String(rows[0].n)))
    })
    await connection.listen('observed answer', ({ payload }) => told.push(payload))
    await Promise.all([1, 2, 3].map((n) => connection.notify('observed question', String(n))))
    await arrived(told, 3)
    expect(told).toEqual(['2', '3', '4'])
  })

  it('may remove itself, and is not called again though more is waiting', async () => {
    const connection = await openConnection(server)
    const heard: string[] = []
    const remove = connection.addNotifyObserver(({ payload }) => {
      heard.push(`observer ${payload}`)
      remove()
    })
    const subscription = await connection.listen('observed', async ({ payload }) => {
      heard.push(`listener ${payload}`)
      await subscription.close()
    })
    const last: string[] = []
    await connection.listen('observed', ({ payload }) => last.push(payload))
    await connection.query(`select pg_notify('observed', n::text) from generate_series(1, 5) n`)
    await arrived(last, 5)
    await connection.notify('observed', 'late')
    await arrived(last, 6)
    expect(heard.sort()).toEqual(['listener 1', 'observer 1'])
  })

  it('is a member of a set: added twice it is called once, and removed once it is gone (txpostgres 46, point 3)', async () => {
    const connection = await openConnection(server)
    const heard: string[] = []
    const observer = ({ payload }: Notification) => heard.push(payload)
    const removes = [connection.addNotifyObserver(observer), connection.addNotifyObserver(observer)]
    expect([...connection.notifyObservers]).toEqual([observer])
    await connection.listen('observed')
    await connection.notify('observed', '1')
    await arrived(heard, 1)
    removes[0]!()
    expect(connection.notifyObservers.size).toBe(0)
    removes[1]!()
    connection.removeNotifyObserver(observer)
    await connection.notify('observed', '2')
    connection.addNotifyObserver(observer)
    await connection.notify('observed', '3')
    await arrived(heard, 2)
    expect(heard).toEqual(['1', '3'])
  })

  it('may be added before connect, hears every channel, and survives a recovery (txpostgres point 3)', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const connection = world.connection()
    const heard: string[] = []
    connection.addNotifyObserver(({ channel, payload }) => heard.push(`${channel} ${payload}`))
    await connection.connect()
    await connection.listen('observed a')
    await connection.session((session) => session.query('listen "observed b"'))
    await connection.notify('observed a', '1')
    await connection.notify('observed b', '1')
    await arrived(heard, 2)
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    await connection.notify('observed a', '2')
    await connection.notify('observed b', '2')
    await arrived(heard, 3)
    expect(heard).toEqual(['observed a 1', 'observed b 1', 'observed a 2'])
  })
})
