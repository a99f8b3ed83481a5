import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionConfig } from '../../src/index.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

/** All but the password in a connection string: what that says of the rest wins over options beside it. */
async function world(config: ConnectionConfig = {}) {
  const opened = await worldOfTest(server)
  const { host, port, user, database } = server
  const connectionString = `host='${host}' port='${port}' user='${user}' dbname='${database}'`
  return { world: opened, connection: opened.connection({ connectionString, ...config }) }
}

describe('a password callback', () => {
  it.each<[string, () => string | Promise<string>]>([
    ['at once', () => server.password],
    ['later', () => new Promise((resolve) => setTimeout(() => resolve(server.password), 5))],
  ])('that answers %s is asked for each session', async (_, answer) => {
    let asked = 0
    const { world: opened, connection } = await world({
      password: () => {
        asked++
        return answer()
      },
    })
    await connection.connect()
    expect(asked).toBe(1)
    await opened.kill(connection)
    await opened.told(connection, 'connected', 2)
    expect(asked).toBe(2)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it.each<[string, () => string | Promise<string>]>([
    [
      'throws',
      () => {
        throw new Error('the vault is shut')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the vault is shut'))],
  ])('that %s makes a failed attempt, worth another, with its error as the cause', async (_, password) => {
    const { connection } = await world({ password })
    const error: unknown = await connection.connect().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', hopeless: false, retrySafe: true })
    expect((error as Error).cause).toMatchObject({ message: 'the vault is shut' })
    expect(connection.state).toBe('dead')
  })

  it('that fails at first is asked again by the schedule', async () => {
    let asked = 0
    const { connection } = await world({
      reconnect: { backoff: () => [0, 5, 5] },
      password: () => {
        if (++asked < 3) throw new Error('the vault is shut')
        return server.password
      },
    })
    await connection.connect({ deadlineMs: 5000 })
    expect(asked).toBe(3)
  })

  it('that never answers is bounded by connectTimeoutMs', async () => {
    const { connection } = await world({ connectTimeoutMs: 150, password: () => new Promise(() => {}) })
    const began = performance.now()
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      failure: { kind: 'timeout', phase: 'connecting' },
    })
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('that never answers does not keep end() or an abort waiting', async () => {
    const { world: opened, connection } = await world({ password: () => new Promise(() => {}) })
    const controller = opened.controller()
    const aborted = connection.connect({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(connection.state).toBe('idle')
    const connecting = connection.connect()
    await connection.end()
    await expect(connecting).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  })

  it('with a wrong answer is hopeless', async (context) => {
    context.skip(server.password === '', 'the server asks for no password')
    const { connection } = await world({ password: () => 'wrong' })
    await expect(connection.connect()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      hopeless: true,
      cause: { code: '28P01' },
    })
  })
})
