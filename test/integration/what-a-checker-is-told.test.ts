import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { type TestServer, testServer } from '../support/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
}, 60_000)
afterAll(() => server.dispose())

/** A connection whose checker writes down what it is asked. */
async function judged(isDeadly = false) {
  const failures: Failure[] = []
  const isDead = (failure: Failure) => failures.push(failure) > 0 && isDeadly
  return { connection: await openConnection(server, { reconnect: { isDead } }), failures }
}

describe('a death checker', () => {
  it("is told of an ERROR with its SQLSTATE, in our words, with the statement's own phase", async () => {
    const { connection, failures } = await judged()
    await expect(connection.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    expect(failures).toEqual([
      expect.objectContaining({ kind: 'server', phase: 'querying', code: '22012', severity: 'ERROR' }),
    ])
    expect(failures[0]!.message).toBe('the server reported an error while querying (22012)')
    expect(failures[0]!.error).toMatchObject({ code: '22012' })
  })

  it('is told that it was in a transaction, and of which kind', async () => {
    const { connection, failures } = await judged()
    const writing = connection.transaction((tx) => tx.query('create table never (id int)'), {
      readOnly: true,
    })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
    expect(failures).toEqual([
      expect.objectContaining({ phase: 'inTransaction', code: '25006', readOnlyTransaction: true }),
    ])
  })

  it('that says yes has the session replaced, and the statement keeps its own error', async () => {
    const { connection, failures } = await judged(true)
    const before = connection.processId
    await expect(connection.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    await connection.ready()
    expect(connection.processId).not.toBe(before)
    expect(failures).toHaveLength(1)
  })
})
