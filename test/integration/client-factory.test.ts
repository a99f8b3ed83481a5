import pg, { type ClientConfig } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('clientFactory', () => {
  it('makes the client of each session, from what pg would have been given (txpostgres point 7)', async () => {
    const world = await worldOfTest(server)
    const configs: ClientConfig[] = []
    class Instrumented extends pg.Client {
      readonly mark = 'instrumented'
    }
    const connection = await world.connect({
      clientFactory: (config) => {
        configs.push(config)
        return new Instrumented(config)
      },
    })
    expect((connection.unsafeClient as Instrumented).mark).toBe('instrumented')
    expect((await connection.query('select $1::int as n', [1])).rows).toEqual([{ n: 1 }])
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(configs).toHaveLength(2)
    expect(configs[0]).not.toBe(configs[1])
    expect(connection.unsafeClient).toBeInstanceOf(Instrumented)
  })

  it('may give sessions types of its own', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({
      clientFactory: (config) => {
        const client = new pg.Client(config)
        client.setTypeParser(pg.types.builtins.INT8, (value: string) => BigInt(value))
        return client
      },
    })
    expect((await connection.query('select 2::int8 as n')).rows).toEqual([{ n: 2n }])
    expect((await connection.transaction((tx) => tx.query('select $1::int8 as n', [3]))).rows).toEqual([
      { n: 3n },
    ])
  })

  it('that throws makes a failed attempt, with its error as the cause (txpostgres 13)', async () => {
    const world = await worldOfTest(server)
    const fault = new Error('out of clients')
    const connection = world.connection({
      clientFactory: () => {
        throw fault
      },
    })
    const error: unknown = await connection.connect().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', attempts: 1, hopeless: false })
    expect((error as Error).cause).toBe(fault)
    expect(connection.state).toBe('dead')
  })

  it('that throws in a recovery is asked again by the schedule', async () => {
    const world = await worldOfTest(server, { config: { reconnect: { backoff: () => [0, 5, 5, 5] } } })
    let made = 0
    const connection = await world.connect({
      clientFactory: (config) => {
        if (++made === 2) throw new Error('not now')
        return world.storm.clientFactory(config)
      },
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(made).toBe(3)
  })
})
