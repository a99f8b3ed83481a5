import { afterAll, describe, expect, it } from 'vitest'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a failure that no repetition mends', () => {
  it('is a wrong password; connect() starts over with the right one (txpostgres point 11)', async () => {
    await using world = await openWorld({ server })
    let password = 'wrong'
    const { host, port, user, database } = server
    const connection = world.connection({
      connectionString: '',
      ...{ host, port, user, database },
      password: () => password,
    })
    await expect(connection.connect({ deadlineMs: 5000 })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      hopeless: true,
      retrySafe: false,
      attempts: 1,
      failure: { kind: 'server', code: '28P01', severity: 'FATAL' },
      cause: { code: '28P01' },
    })
    expect(connection.state).toBe('dead')
    expect(world.noticesOf(connection, 'dead')).toMatchObject([{ failure: { code: '28P01' }, attempts: 1 }])
    expect(world.clock.openTimers).toEqual([])

    password = server.password
    await connection.connect()
    expect((await world.ask(connection, 'select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(world.states(connection).slice(0, 5)).toEqual([
      'idle',
      'connecting',
      'dead',
      'connecting',
      'connected',
    ])
  })

  it('is a missing database; connect() starts over once it is there', async () => {
    await using world = await openWorld({ server })
    const database = `missing_${world.value}`
    const url = new URL(server.url)
    url.pathname = `/${database}`
    const connection = world.connection({ connectionString: url.href })
    const failed = connection.connect()
    await expect(failed).rejects.toMatchObject({ hopeless: true, failure: { code: '3D000' } })
    await server.sql(`create database ${database}`)
    await connection.connect()
    expect((await connection.query('select current_database() as name')).rows).toEqual([{ name: database }])
    await connection.end()
    await server.sql(`drop database ${database} with (force)`)
  })

  it('is a server without TLS where TLS is wanted, which only its answer tells', async () => {
    await using world = await openWorld({ server })
    const connection = world.connection({ ssl: { rejectUnauthorized: false } })
    await expect(connection.connect({ deadlineMs: 5000 })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      hopeless: true,
      retrySafe: false,
      attempts: 1,
      failure: { kind: 'network', code: 'ERR_TLS_REFUSED' },
      cause: { code: 'ERR_TLS_REFUSED' },
    })
    expect(connection.state).toBe('dead')
  })

  it('ends a recovery as well, with everything that waits', async () => {
    await using world = await openWorld({ server })
    let password = server.password
    const { host, port, user, database } = server
    const connection = await world.connect({
      connectionString: '',
      ...{ host, port, user, database },
      password: () => password,
      whileDown: { waitMs: 60_000 },
    })
    const subscription = await connection.listen('kept')
    password = 'wrong'
    const waiting: Promise<unknown>[] = []
    connection.on('lost', () => {
      waiting.push(connection.query('select 1'), connection.ready(), connection.listen('another'))
    })
    await world.kill(connection)
    await world.told(connection, 'dead')
    const told = await Promise.allSettled(waiting)
    expect(told.map((each) => (each as PromiseRejectedResult).reason.code)).toEqual(
      Array<string>(3).fill('CONNECTION_DEAD'),
    )
    expect(world.states(connection).slice(-3)).toEqual(['dead', 'reconnecting', 'dead'])

    password = server.password
    await connection.connect()
    await connection.notify('kept', 'still there')
    for await (const first of subscription) {
      expect(first).toMatchObject({ channel: 'kept', payload: 'still there' })
      break
    }
  })
})
