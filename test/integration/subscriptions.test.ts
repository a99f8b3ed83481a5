import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Notification, Subscription } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

async function listening(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query<{ c: string }>('select pg_listening_channels() as c order by 1')
  return rows.map(({ c }) => c)
}

async function take(subscription: Subscription, count: number): Promise<string[]> {
  const payloads: string[] = []
  for await (const { payload } of subscription) {
    payloads.push(payload)
    if (payloads.length === count) return payloads
  }
  return payloads
}

describe('a subscription', () => {
  it('is iterated: what came before the loop is waiting in it (txpostgres 57, point 3)', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c')
    expect(subscription.channel).toBe('sub c')
    for (const payload of ['1', '2', '3']) await connection.notify('sub c', payload)
    expect(await take(subscription, 3)).toEqual(['1', '2', '3'])
  })

  it('ends by leaving the loop, which takes its LISTEN along', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c')
    await connection.notify('sub c', '1')
    expect(await take(subscription, 1)).toEqual(['1'])
    expect(await listening(connection)).toEqual([])
    expect(await take(subscription, 1)).toEqual([])
  })

  it('ends by an error in the loop', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c')
    await connection.notify('sub c', '1')
    const reading = (async () => {
      for await (const _ of subscription) throw new Error('cannot handle this')
    })()
    await expect(reading).rejects.toThrow('cannot handle this')
    expect(await listening(connection)).toEqual([])
  })

  it('ends by close(), also while a loop waits for more, and as often as one likes', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c')
    const reading = take(subscription, 5)
    await connection.notify('sub c', '1')
    await subscription.close()
    expect(await reading).toEqual(['1'])
    await subscription.close()
    expect(await listening(connection)).toEqual([])
  })

  it('ends with its block by `await using`', async () => {
    const connection = await openConnection(server)
    {
      await using subscription = await connection.listen('sub c')
      expect(await listening(connection)).toEqual([subscription.channel])
    }
    expect(await listening(connection)).toEqual([])
  })

  it('ends with the connection', async () => {
    const connection = await openConnection(server)
    const reading = take(await connection.listen('sub c'), 5)
    await connection.notify('sub c', '1')
    await connection.end()
    expect(await reading).toEqual(['1'])
  })

  it('with an observer is not iterated as well', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c', () => undefined)
    await expect(take(subscription, 1)).rejects.toThrow('observer')
  })

  it('drops the oldest beyond its bufferLimit, and says so (txpostgres point 15)', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const subscription = await connection.listen('sub c', undefined, { bufferLimit: 3 })
    await connection.query(`select pg_notify('sub c', n::text) from generate_series(1, 10) n`)
    const gap = await world.told(connection, 'gap')
    expect(gap).toMatchObject({ channels: ['sub c'], reason: 'overflow' })
    expect(await take(subscription, 3)).toEqual(['8', '9', '10'])
  })

  it('serves several readers at once, each notification going to one of them', async () => {
    const connection = await openConnection(server)
    const subscription = await connection.listen('sub c')
    const iterator = subscription[Symbol.asyncIterator]()
    const nexts = [iterator.next(), iterator.next()]
    await connection.notify('sub c', '1')
    await connection.notify('sub c', '2')
    const values = (await Promise.all(nexts)).map(({ value }) => (value as Notification).payload)
    expect(values).toEqual(['1', '2'])
  })
})

describe('a channel', () => {
  it('is listened to once for all its subscriptions, until the last has closed (txpostgres point 15)', async () => {
    const connection = await openConnection(server)
    const heard: string[] = []
    const both = await Promise.all([
      connection.listen('sub c', ({ payload }) => heard.push(`a${payload}`)),
      connection.listen('sub c', ({ payload }) => heard.push(`b${payload}`)),
    ])
    expect(await listening(connection)).toEqual(['sub c'])
    await both[0].close()
    expect(await listening(connection)).toEqual(['sub c'])
    await connection.notify('sub c', '1')
    await eventually(() => heard.length === 1, { what: 'the second still hears' })
    expect(heard).toEqual(['b1'])
    await both[1].close()
    expect(await listening(connection)).toEqual([])
  })

  it('loses all its subscriptions by unlisten()', async () => {
    const connection = await openConnection(server)
    const reading = take(await connection.listen('sub c'), 5)
    const heard: string[] = []
    await connection.listen('sub c', ({ payload }) => heard.push(payload))
    await connection.listen('sub other')
    await connection.unlisten('sub c')
    expect(await reading).toEqual([])
    expect(await listening(connection)).toEqual(['sub other'])
    await connection.notify('sub c', '1')
    expect(heard).toEqual([])
    await connection.unlisten('sub c')
    await connection.unlisten('never listened to')
  })

  it('is listened to again when it was closed and opened in one breath', async () => {
    const connection = await openConnection(server)
    const first = await connection.listen('sub c')
    const closed = first.close()
    const second = connection.listen('sub c')
    const third = connection.listen('sub c')
    await Promise.all([closed, second, third])
    expect(await listening(connection)).toEqual(['sub c'])
    await connection.notify('sub c', '1')
    expect(await take(await second, 1)).toEqual(['1'])
    expect(await listening(connection)).toEqual(['sub c'])
  })

  it('opened and closed many times in a row ends as the last call left it', async () => {
    const connection = await openConnection(server)
    const opened: Promise<Subscription>[] = []
    for (let n = 0; n < 20; n++) {
      opened.push(connection.listen('sub c'))
      void connection.unlisten('sub c')
    }
    opened.push(connection.listen('sub c'))
    const told = await Promise.allSettled(opened)
    expect(told.at(-1)?.status).toBe('fulfilled')
    for (const each of told.slice(0, -1)) {
      const wasClosed =
        each.status === 'fulfilled' || (each.reason as { code: string }).code === 'CONNECTION_CLOSED'
      expect(wasClosed).toBe(true)
    }
    expect(await listening(connection)).toEqual(['sub c'])
  })
})

describe('listen', () => {
  it('before connect waits, and stands before anything that was waiting runs', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    const order: string[] = []
    const subscriptions = ['sub a', 'sub b'].map((channel) =>
      connection.listen(channel).then(() => order.push(channel)),
    )
    expect(connection.state).toBe('idle')
    await connection.connect()
    await Promise.all(subscriptions)
    expect(await listening(connection)).toEqual(['sub a', 'sub b'])
    expect(order).toEqual(['sub a', 'sub b'])
  })

  it('before connect rejects when the attempt fails, and stays refused while dead', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({ setup: () => Promise.reject(new Error('no')) })
    const waiting = connection.listen('sub c')
    await expect(connection.connect()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await expect(waiting).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
    await expect(connection.listen('sub c')).rejects.toMatchObject({ code: 'CONNECTION_DEAD' })
  })

  it('is refused while closing and closed', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const slow = connection.query('select pg_sleep(0.05)')
    const ended = connection.end({ drainMs: 1000 })
    expect(connection.state).toBe('closing')
    await expect(connection.listen('sub c')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await Promise.all([slow, ended])
    await expect(connection.listen('sub c')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await connection.unlisten('sub c')
  })

  it("waits for another caller's transaction, in which it must not take part", async () => {
    const connection = await openConnection(server)
    let begun = () => {}
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    const order: string[] = []
    const transaction = connection.transaction(async (tx) => {
      begun()
      await tx.query('select pg_sleep(0.03)')
      order.push('transaction')
      throw new Error('undone')
    })
    await hasBegun
    const subscription = connection.listen('sub c').then(() => order.push('listen'))
    await expect(transaction).rejects.toThrow('undone')
    await subscription
    expect(order).toEqual(['transaction', 'listen'])
    expect(await listening(connection)).toEqual(['sub c'])
  })

  it('gives up waiting at its deadline or signal, and leaves nothing behind', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const controller = world.controller()
    await connection.transaction(async (tx) => {
      await tx.query('select 1')
      setTimeout(() => controller.abort(new Error('enough')), 20)
    })
    const busy = connection.transaction((tx) => tx.query('select pg_sleep(0.1)'))
    const late = connection.listen('sub c', undefined, { timeoutMs: 20 })
    const aborted = connection.listen('sub d', undefined, { signal: controller.signal })
    const before = connection.listen('sub e', undefined, { signal: AbortSignal.abort(new Error('before')) })
    await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    await expect(aborted).rejects.toThrow('enough')
    await expect(before).rejects.toThrow('before')
    await busy
    await eventually(async () => expect(await listening(connection)).toEqual([]), { what: 'nobody listens' })
  })

  it('stands again after a recovery, with a gap told before what the new session brings', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const connection = await world.connect()
    const order: string[] = []
    connection.on('gap', ({ channels, reason }) => {
      const isTold = ['sub a', 'sub b'].every((channel) => channels.includes(channel))
      if (isTold) order.push(`gap ${reason}`)
    })
    await connection.listen('sub a', ({ payload }) => order.push(`a ${payload}`))
    const other = await connection.listen('sub b')
    await connection.notify('sub a', '1')
    await world.kill(connection)
    await world.told(connection, 'lost')
    const whileDown = connection.listen('sub c')
    const waiting = connection.notify('sub a', '2')
    await Promise.all([whileDown, waiting])
    await connection.notify('sub b', '3')
    expect(await take(other, 1)).toEqual(['3'])
    expect(order).toEqual(['a 1', 'gap lost', 'a 2'])
    expect(await listening(connection)).toEqual(['sub a', 'sub c'])
  })
})
