import { afterAll, describe, expect, it } from 'vitest'
import { isRetrySafe, outcomeOf } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const raised = (code: string) => `do $$ begin raise exception 'by the user' using errcode = '${code}'; end $$`

/** What sounds like the end of a session, or like something to repeat, and is only somebody's RAISE. */
const codes = [
  '57P01',
  '57P02',
  '57P03',
  '40001',
  '40P01',
  '53300',
  '55P03',
  '57014',
  '08006',
  'XX000',
  '25006',
  '26000',
]

describe.each(codes)('an error that the user raised with %s', (code) => {
  it('reaches its caller untouched, and kills nothing (txpostgres point 11)', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const { processId } = connection
    const before = world.write(connection)
    const error: unknown = await connection.query(raised(code)).catch((told: unknown) => told)
    const behind = world.write(connection)
    expect(error).toMatchObject({ code, severity: 'ERROR', message: 'by the user' })
    expect(outcomeOf(error)).toBe('notApplied')
    expect(isRetrySafe(error)).toBe(['40001', '40P01', '55P03'].includes(code))
    await Promise.all([before, behind])

    const inTransaction = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await tx.query(raised(code))
      }),
    )
    await expect(inTransaction).rejects.toMatchObject({ code, message: 'by the user' })
    await world.write(connection)
    expect(connection.processId).toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})

describe('a warning that the user raised with 57P01', () => {
  it('is no reason when the session is lost later', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    await connection.query(`do $$ begin raise warning 'farewell' using errcode = '57P01'; end $$`)
    expect(await world.told(connection, 'notice')).toMatchObject({ notice: { code: '57P01' } })
    world.proxy.fin()
    expect(await world.told(connection, 'lost')).toMatchObject({
      failure: { kind: 'closed', code: undefined },
    })
    await connection.ready()
  })
})

describe('an error that is deadly to the checker of this connection', () => {
  it('ends the session, and its statement still rejects with its own error', async () => {
    await using world = await openWorld({
      server,
      connections: 1,
      config: { reconnect: { isDead: ({ code }) => code === '25006' } },
    })
    const connection = world.connections[0]!
    const { processId } = connection
    await expect(connection.query(raised('25006'))).rejects.toMatchObject({
      code: '25006',
      message: 'by the user',
    })
    await world.told(connection, 'connected', 2)
    expect(connection.processId).not.toBe(processId)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([
      { failure: { kind: 'server', code: '25006' } },
    ])
  })
})
