import { afterAll, describe, expect, it } from 'vitest'
import {
  anyOf,
  DeadConnectionDetector,
  defaultDeathChecker,
  type Failure,
  sqlState,
} from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const failing = 'select 1/0'

describe('reconnect.isDead', () => {
  it('is asked of ERRORs of a living session, and its verdict replaces the session', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    const asked: Failure[] = []
    const isDead = (failure: Failure) => {
      asked.push(failure)
      return failure.code === '22012'
    }
    const connection = await world.connect({ reconnect: { isDead } })
    const { processId } = connection
    await expect(connection.query('selec')).rejects.toMatchObject({ code: '42601' })
    expect(connection.processId).toBe(processId)
    // The convicted statement still rejects with its own error.
    await expect(connection.query(failing)).rejects.toMatchObject({ code: '22012', severity: 'ERROR' })
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect(asked).toMatchObject([
      { kind: 'server', phase: 'querying', code: '42601', severity: 'ERROR', readOnlyTransaction: false },
      { kind: 'server', phase: 'querying', code: '22012', severity: 'ERROR', routine: 'int4div' },
    ])
    expect(Object.keys(asked[0] as object)).not.toContain('error')
    expect(asked[1]?.error).toMatchObject({ code: '22012' })
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { code: '22012' } }])
  })

  it('is made of the pieces that are shipped, or of a subclass (txpostgres point 7)', async () => {
    const world = await worldOfTest(server, { config: { whileDown: { waitMs: 5000 } } })
    class Careful extends DeadConnectionDetector {
      override isDead(failure: Failure): boolean {
        return super.isDead(failure) || failure.code === '22012'
      }
    }
    for (const reconnect of [{ isDead: anyOf(defaultDeathChecker, sqlState('22')) }, new Careful()]) {
      const connection = await world.connect({ reconnect })
      await expect(connection.query(failing)).rejects.toMatchObject({ code: '22012' })
      await world.told(connection, 'connected', 2)
      expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    }
  })

  it('that throws counts as deadly, and is reported', async () => {
    const world = await worldOfTest(server)
    const fault = new Error('cannot judge this')
    const isDead = () => {
      throw fault
    }
    const connection = await world.connect({ reconnect: { isDead } })
    await expect(connection.query(failing)).rejects.toMatchObject({ code: '22012' })
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'listenerError')).toMatchObject([
      { error: fault, during: 'reconnect.isDead' },
    ])
  })

  it('is not asked when the socket closes: that ends the session whatever it says', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ reconnect: { isDead: () => false } })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(world.noticesOf(connection, 'lost')).toHaveLength(1)
  })

  it('hears that the user opened the transaction READ ONLY', async () => {
    const world = await worldOfTest(server)
    const asked: Failure[] = []
    const connection = await world.connect({
      reconnect: {
        isDead: (failure) => {
          asked.push(failure)
          return false
        },
      },
    })
    const writing = connection.transaction((tx) => tx.query('create table pgs_never (n int)'), {
      readOnly: true,
    })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
    expect(asked).toMatchObject([{ code: '25006', phase: 'inTransaction', readOnlyTransaction: true }])
  })

  it('finds nothing deadly in ERRORs by itself, whatever their SQLSTATE', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const { processId } = connection
    for (const code of ['57P01', '08006', '53300', '40001', '55P03', '57014', 'XX001']) {
      await expect(
        connection.query(`do $$ begin raise exception 'by hand' using errcode = '${code}'; end $$`),
      ).rejects.toMatchObject({ code })
    }
    expect(connection.processId).toBe(processId)
    expect(world.states(connection)).not.toContain('dead')
  })
})

describe('checkForDeath', () => {
  it('judges an error of anywhere: found deadly, recovery begins', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    const { processId } = connection
    expect(connection.checkForDeath(new Error('nothing to do with it'))).toBe(false)
    expect(connection.checkForDeath(undefined)).toBe(false)
    expect(
      connection.checkForDeath(Object.assign(new Error('x'), { code: '23505', severity: 'ERROR' })),
    ).toBe(false)
    expect(connection.state).toBe('connected')
    expect(connection.checkForDeath(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(true)
    expect(connection.state).toBe('dead')
    expect(connection.checkForDeath(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(false)
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([
      { failure: { kind: 'network', code: 'ECONNRESET' } },
    ])
  })

  it('goes by the checker of the connection', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ reconnect: { isDead: ({ error }) => error === 'the end' } })
    expect(connection.checkForDeath(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(false)
    expect(connection.checkForDeath('the end')).toBe(true)
    await world.told(connection, 'connected', 2)
  })

  it('finds nothing where there is no session', async () => {
    const world = await worldOfTest(server)
    const connection = world.connection()
    expect(connection.checkForDeath(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(false)
    await connection.connect()
    await connection.end()
    expect(connection.checkForDeath(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(false)
    expect(connection.state).toBe('closed')
  })
})
