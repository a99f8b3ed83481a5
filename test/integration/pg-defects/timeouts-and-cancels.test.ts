import pg from 'pg'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { Connection, InvalidOptionError, RequestTimeoutError } from '../../../src/index.ts'
import { errorOf } from '../../support/error-of.ts'
import { openConnection, worldOfTest } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { type BareClient, bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())
afterEach(() => vi.restoreAllMocks())

const slow = 'select pg_sleep(30)'
const late = expect.objectContaining({ message: 'Query read timeout' })
const lost = expect.objectContaining({ message: 'Connection terminated unexpectedly' })

describe('P6: a deadline', () => {
  it('ends the session of bare pg, and all its neighbours with it', async () => {
    const client = await bareClient(server)
    const errors = [{ text: slow, query_timeout: 100 }, 'select 1', 'select 2'].map((query) =>
      errorOf(client.query(query)),
    )
    expect(await Promise.all(errors)).toEqual([late, lost, lost])
    expect(client.errors).toEqual([lost])
  })

  it("counts the time behind another's on bare pg: a fast statement is late, and ends the session", async () => {
    const client = await bareClient(server)
    const errors = [slow, { text: 'select 1', query_timeout: 100 }, 'select 2'].map((query) =>
      errorOf(client.query(query)),
    )
    expect(await Promise.all(errors)).toEqual([lost, late, lost])
    expect(client.errors).toEqual([lost])
  })

  it.each([
    ['as an option', { query_timeout: 100 }],
    ['in a connection string', { connectionString: 'postgres://localhost/app?query_timeout=100' }],
  ])("of pg's own, %s, is refused", (_, config) => {
    expect(() => new Connection(config as object)).toThrow(InvalidOptionError)
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it('cancels its statement and harms no neighbour', async () => {
      const connection = await openConnection(server, config)
      const { processId } = connection
      const before = connection.query('select 1 as n')
      const asked = errorOf(connection.query(slow, [], { timeoutMs: 100 }))
      const behind = [2, 3, 4].map(async (n) => (await connection.query('select $1::int as n', [n])).rows)
      expect((await before).rows).toEqual([{ n: 1 }])
      expect(await asked).toMatchObject({ phase: 'execution', outcome: 'notApplied' })
      expect(await asked).toBeInstanceOf(RequestTimeoutError)
      expect(await Promise.all(behind)).toEqual([[{ n: 2 }], [{ n: 3 }], [{ n: 4 }]])
      expect(connection.processId).toBe(processId)
    })

    it("of every statement does not count the time behind another's", async () => {
      const connection = await openConnection(server, { ...config, statementTimeoutMs: 300 })
      const { processId } = connection
      const asked = errorOf(connection.query(slow))
      const behind = ['select 1 as n', 'select pg_sleep(0.2), 2 as n', 'select pg_sleep(0.2), 3 as n'].map(
        async (text) => (await connection.query(text)).rows[0].n,
      )
      expect(await asked).toBeInstanceOf(RequestTimeoutError)
      expect(await Promise.all(behind)).toEqual([1, 2, 3])
      expect(connection.processId).toBe(processId)
    })

    it("of pg's own in a query's config is none", async () => {
      const connection = await openConnection(server, config)
      const query = { text: 'select pg_sleep(0.2), 1 as n', query_timeout: 50 }
      expect((await connection.query(query)).rows[0].n).toBe(1)
    })
  })
})

describe('P8: cancelling', () => {
  it('what is sent never settles it on bare pg', async () => {
    const client = await bareClient(server)
    // Of its own use of a name that it is about to drop.
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    const told: number[] = []
    const [, second] = [1, 2, 3].map((n) => {
      const query = new pg.Query(`select ${n}`, [], () => told.push(n))
      void client.query(query)
      return query
    })
    const other = new pg.Client(server.url) as unknown as { cancel(of: BareClient, query: unknown): void }
    other.cancel(client, second)
    await client.query('select 4')
    expect(told).toEqual([1, 3])
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it('settles, wherever in the pipeline it stands', async () => {
      const world = await worldOfTest(server)
      const connection = await world.connect(config)
      const { processId } = connection
      const [running, waiting] = [new AbortController(), new AbortController()]
      const [ranTooLong, waitedTooLong] = [new Error('ran too long'), new Error('waited too long')]
      const first = errorOf(connection.query(slow, [], { signal: running.signal }))
      const second = errorOf(connection.query('select 2', [], { signal: waiting.signal }))
      const third = connection.query('select 3 as n')
      await world.running(connection, 'select pg_sleep%')
      waiting.abort(waitedTooLong)
      expect(await second).toBe(waitedTooLong)
      running.abort(ranTooLong)
      expect(await first).toBe(ranTooLong)
      expect((await third).rows).toEqual([{ n: 3 }])
      expect(connection.processId).toBe(processId)
    })
  })
})
