import type { QueryConfig } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { errorOf } from '../../support/error-of.ts'
import { eventually } from '../../support/eventually.ts'
import { openConnection } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())

const createTable = 'create temp table t (n int)'
const text = 'copy t from stdin'
const ways = [
  ['as a text', { text }],
  ['by a name', { name: 'copying', text }],
  ['by the extended protocol', { text, queryMode: 'extended' }],
  ['by the extended protocol, with a value', { text, values: [1] }],
  ['among other statements', { text: `select 1; /* stdin */ COPY t FROM\nSTDIN; select 2` }],
] as const

describe('P7: COPY FROM STDIN', () => {
  it.each(ways.slice(0, 3))(
    '%s, with a statement behind it, ends the session of bare pg',
    async (_, copy) => {
      const client = await bareClient(server)
      await client.query(createTable)
      const copied = errorOf(client.query(copy))
      const behind = errorOf(client.query('select 1'))
      expect(await copied).toMatchObject({ code: '08P01' })
      expect(await behind).toMatchObject({ code: '08P01', severity: 'FATAL' })
      expect(client.errors).toHaveLength(1)
    },
  )

  it('by a name and alone leaves bare pg and the server waiting for each other', async () => {
    const client = await bareClient(server, { pipeline: false })
    await client.query(createTable)
    expect(await errorOf(client.query(ways[1][1]))).toMatchObject({ code: '57014' })
    const waitsForClient = async () => {
      const waiting = `select from pg_stat_activity where pid = $1 and state = 'active' and wait_event = 'ClientRead'`
      return (await server.sql(waiting, [client.processID])).length === 1
    }
    await eventually(waitsForClient, {
      what: 'the server waits for the client, with its statement unfinished',
    })
    expect(client.readyForQuery).toBe(false)
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it.each(ways)('%s fails alone: what is before and behind it gets its own answers', async (_, copy) => {
      const connection = await openConnection(server, config)
      const { processId } = connection
      await connection.query(createTable)
      const number = async (n: number) => (await connection.query('select $1::int as n', [n])).rows
      for (let round = 0; round < 3; round++) {
        const before = [1, 2, 3].map(number)
        const copied = errorOf(connection.query(copy as QueryConfig))
        const behind = [4, 5, 6].map(number)
        expect(await Promise.all(before)).toEqual([1, 2, 3].map((n) => [{ n }]))
        expect(await copied).toMatchObject({ code: 'values' in copy ? '08P01' : '57014' })
        expect(await Promise.all(behind)).toEqual([4, 5, 6].map((n) => [{ n }]))
      }
      expect(connection.processId).toBe(processId)
    })

    it('fails a transaction and nothing else', async () => {
      const connection = await openConnection(server, config)
      const { processId } = connection
      const transaction = connection.transaction(async (tx) => {
        await tx.query(createTable)
        await Promise.all([tx.query(text), tx.query('select 1')])
      })
      expect(await errorOf(transaction)).toMatchObject({ code: '57014' })
      expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      expect(connection.processId).toBe(processId)
    })
  })
})
