import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, NestedUseError } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const requests: [string, (connection: Connection) => Promise<unknown>][] = [
  ['query', (connection) => connection.query('select 1')],
  ['execute', (connection) => connection.execute('select 1')],
  ['call', (connection) => connection.call('now')],
  ['notify', (connection) => connection.notify('nested c')],
  ['cursor', (connection) => connection.cursor('select 1').fetchOne()],
  ['transaction', (connection) => connection.transaction(() => 1)],
  ['session', (connection) => connection.session(() => 1)],
  ['listen', (connection) => connection.listen('nested c')],
]

describe('a request on the connection from inside of its own', () => {
  it.each(requests)(
    'transaction is nested use and rejects at once: %s (txpostgres point 17)',
    async (_, ask) => {
      const connection = await openConnection(server)
      await connection.transaction(async (tx) => {
        const { pending } = connection
        const asked = ask(connection)
        expect(connection.pending).toBe(pending)
        await expect(asked).rejects.toBeInstanceOf(NestedUseError)
        await expect(asked).rejects.toMatchObject({ code: 'NESTED_USE', outcome: 'notApplied' })
        await tx.transaction(() => expect(ask(connection)).rejects.toBeInstanceOf(NestedUseError))
        await tx.query('select 1')
        await expect(ask(connection)).rejects.toBeInstanceOf(NestedUseError)
      })
    },
  )

  it.each(requests)('session is nested use and rejects at once: %s', async (_, ask) => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await expect(ask(connection)).rejects.toBeInstanceOf(NestedUseError)
      await session.transaction(async () => {
        await expect(ask(connection)).rejects.toBeInstanceOf(NestedUseError)
        await expect(session.query('select 1')).rejects.toBeInstanceOf(NestedUseError)
      })
      await session.query('select 1')
    })
  })

  it('setup is nested use, a failed attempt', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection({ setup: () => connection.query('select 1') })
    const failing = connection.connect()
    await expect(failing).rejects.toMatchObject({ code: 'CONNECT_FAILED', attempts: 1 })
    const { cause } = (await failing.catch((error: unknown) => error)) as Error
    expect(cause).toBeInstanceOf(NestedUseError)
  })

  it('recovery handler is nested use, and reported', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    connection.addRecoveryHandler(() => connection.query('select 1'))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    const { error } = await world.told(connection, 'listenerError')
    expect(error).toBeInstanceOf(NestedUseError)
  })

  it('is told with the way out of it', async () => {
    const connection = await openConnection(server)
    const message = (asked: Promise<unknown>) => asked.catch((error: unknown) => (error as Error).message)
    await connection.transaction(async (tx) => {
      const handle = 'use the handle that the callback was given, or `detached: true`'
      expect(await message(connection.query('select 1'))).toContain(handle)
      // That has no such option.
      const listening = await message(connection.listen('nested c'))
      expect(listening).toContain('listen before it begins, or after its end')
      expect(listening).not.toContain('detached')
      await tx.transaction(async () => {
        expect(await message(tx.query('select 1'))).toContain('the outer transaction was used from inside')
      })
    })
  })

  it('is found through emitters, generators, streams and ticks made in it', async () => {
    const connection = await openConnection(server)
    const ask = () => connection.query('select 1').catch((error: unknown) => error)
    async function* asking() {
      yield await ask()
    }
    const told: unknown[] = []
    await connection.transaction(async () => {
      const emitter = new EventEmitter().on('ask', () => told.push(ask()))
      emitter.emit('ask')
      for await (const answer of asking()) told.push(answer)
      for await (const answer of Readable.from(asking())) told.push(answer)
      await new Promise((resolve) => process.nextTick(() => resolve(told.push(ask()))))
      await new Promise((resolve) => queueMicrotask(() => resolve(told.push(ask()))))
      await Promise.all(told)
    })
    expect(told).toHaveLength(5)
    for (const each of await Promise.all(told)) expect(each).toBeInstanceOf(NestedUseError)
  })

  it('is found through timers, promises and callbacks started in it', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async () => {
      const told = new Promise((resolve) => {
        setTimeout(() => {
          setImmediate(() => resolve(connection.query('select 1').catch((error: unknown) => error)))
        }, 1)
      })
      expect(await told).toBeInstanceOf(NestedUseError)
    })
  })

  it('is none with `detached: true`: it waits for its turn', async () => {
    const connection = await openConnection(server)
    const detached = await connection.transaction(async (tx) => {
      const asked = [
        connection.query('select 1 as n', [], { detached: true }),
        connection.query({ text: 'select 2 as n', detached: true }),
        connection.transaction((other) => other.query('select 3 as n'), { detached: true }),
      ]
      await tx.query('select 1')
      expect(connection.pending).toBe(3)
      return asked
    })
    const answers = await Promise.all(detached)
    expect(answers.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
  })

  it('is none on another connection', async () => {
    const world = await worldOfTest(server, { connections: 2 })
    const [one, other] = world.connections as [Connection, Connection]
    await one.transaction(async () => {
      expect((await other.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      await other.transaction(async (tx) => {
        await tx.query('select 1')
        await expect(one.query('select 1')).rejects.toBeInstanceOf(NestedUseError)
        await expect(other.query('select 1')).rejects.toBeInstanceOf(NestedUseError)
      })
    })
  })

  it('is none for end(), destroy(), unlisten() and closing a subscription', async () => {
    const connection = await openConnection(server)
    const [orders, others] = [
      await connection.listen('nested orders'),
      await connection.listen('nested others'),
    ]
    await connection.transaction(async (tx) => {
      await connection.unlisten('nested orders')
      await others.close()
      await tx.query('select 1')
    })
    const { rows } = await connection.query('select pg_listening_channels()')
    expect(rows).toEqual([])
    expect((await orders[Symbol.asyncIterator]().next()).done).toBe(true)
    const ended = connection.transaction(async () => {
      await connection.end()
    })
    await expect(ended).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await connection.end()
    expect(connection.state).toBe('closed')
  })
})

describe('the context of a transaction that has ended', () => {
  it('means nothing any more', async () => {
    const connection = await openConnection(server)
    const later: (() => Promise<unknown>)[] = []
    await connection.transaction(async (tx) => {
      later.push(AsyncLocalStorage.bind(() => connection.query('select 1 as n')))
      await tx.transaction(() => {
        later.push(
          AsyncLocalStorage.bind(() => connection.transaction((other) => other.query('select 2 as n'))),
        )
      })
    })
    await connection.session(() => {
      later.push(
        AsyncLocalStorage.bind(() => connection.session((session) => session.query('select 3 as n'))),
      )
    })
    const answers = (await Promise.all(later.map((ask) => ask()))) as { rows: unknown[] }[]
    expect(answers.map(({ rows }) => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('means nothing either while another transaction runs, for which it waits', async () => {
    const connection = await openConnection(server)
    let ask!: () => Promise<unknown>
    await connection.transaction(() => {
      ask = AsyncLocalStorage.bind(() => connection.query('select 1 as n'))
    })
    let waiting: Promise<unknown> | undefined
    await connection.transaction(async (tx) => {
      waiting = ask()
      await tx.query('select 1')
    })
    expect(await waiting).toMatchObject({ rows: [{ n: 1 }] })
  })
})

describe('listeners and observers', () => {
  it('run in the context they were registered in, not in that of who caused the event', async () => {
    const connection = await openConnection(server)
    const told: unknown[] = []
    const use = () =>
      connection.query('select 1 as n').then(
        ({ rows }) => told.push(rows),
        (error: unknown) => told.push(error),
      )
    await connection.listen('nested c', use)
    connection.addNotifyObserver(use)
    connection.on('state', ({ to }) => {
      if (to === 'inTransaction') void use()
    })
    await connection.transaction(async (tx) => {
      await tx.notify('nested c')
      await tx.query('select pg_sleep(0.02)')
    })
    await eventually(() => told.length === 3, { what: 'all three were answered' })
    expect(told).toEqual([[{ n: 1 }], [{ n: 1 }], [{ n: 1 }]])
  })

  it('registered inside of a transaction mean nothing after its end', async () => {
    const connection = await openConnection(server)
    await connection.listen('nested c')
    const told: unknown[] = []
    await connection.transaction(() => {
      connection.addNotifyObserver(() =>
        connection.query('select 1 as n').then(
          ({ rows }) => told.push(rows),
          (error: unknown) => told.push(error),
        ),
      )
    })
    await connection.notify('nested c')
    await eventually(() => told.length === 1, { what: 'the observer was answered' })
    expect(told).toEqual([[{ n: 1 }]])
  })
})
