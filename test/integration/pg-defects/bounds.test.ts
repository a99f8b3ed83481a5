import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/index.ts'
import { worldOfTest } from '../../support/open-connection.ts'
import { testServer } from '../../support/test-server.ts'
import { type BareClient, bareClient, eachAutoPrepare } from './bare-client.ts'

const server = await testServer()
afterAll(() => server.dispose())

const megabyte = 1024 * 1024
const payload = 'x'.repeat(10_000)
const fast = { text: 'select length($1) as n', values: [payload] }

/** Behind something slow, far more than the socket takes. */
const burst = <T>(ask: () => T): T[] => Array.from({ length: 5000 }, ask)

const slowly = 'select pg_sleep(0.5)'
const preparedCount = 'select count(*)::int as n from pg_prepared_statements'

interface Sent {
  readonly _sentQueryQueue: readonly unknown[]
  readonly connection: BareClient['connection']
}

const sentBy = (connection: Connection) => connection.unsafeClient as unknown as Sent

describe('P9: without bounds', () => {
  it('bare pg buffers whatever is written behind a slow statement, and keeps all of it in flight', async () => {
    const client = (await bareClient(server)) as BareClient & Sent
    const slow = client.query(slowly)
    const asked = burst(() => client.query(fast))
    expect(client.connection.stream.writableLength).toBeGreaterThan(40 * megabyte)
    expect(client._sentQueryQueue.length).toBeGreaterThan(4900)
    await Promise.all([slow, ...asked])
  })

  it('bare pg keeps every name on the server until the session ends', async () => {
    const client = await bareClient(server)
    for (let n = 0; n < 300; n++) await client.query({ name: `name ${n}`, text: `select ${n}` })
    expect((await client.query(preparedCount)).rows).toEqual([{ n: 300 }])
  })

  describe.each(eachAutoPrepare)('fenced, %o', (config) => {
    it('no more is written than the socket takes, and everything is answered in the end', async () => {
      const world = await worldOfTest(server)
      const connection = await world.connect(config)
      const client = sentBy(connection)
      let mostBytes = 0
      let mostSent = 0
      const look = () => {
        mostBytes = Math.max(mostBytes, client.connection.stream.writableLength)
        mostSent = Math.max(mostSent, client._sentQueryQueue.length)
      }
      const slow = connection.query(slowly)
      const asked = burst(async () => {
        const { rows } = await connection.query(fast)
        look()
        return rows[0].n
      })
      look()
      expect(connection.pending).toBe(5001)
      await slow
      expect(new Set(await Promise.all(asked))).toEqual(new Set([payload.length]))
      expect(mostBytes).toBeGreaterThan(0)
      expect(mostBytes).toBeLessThan(2 * megabyte)
      expect(mostSent).toBeLessThanOrEqual(1024)
    })

    it('no more than 1024 statements are in flight', async () => {
      const world = await worldOfTest(server)
      const connection = await world.connect(config)
      const asked = [slowly, ...burst(() => 'select 1')].map((text) => connection.query(text))
      // The oldest is pg's active query.
      expect(sentBy(connection)._sentQueryQueue).toHaveLength(1023)
      await Promise.all(asked)
    })

    it('no more than 256 names given by hand are kept on the server, and a forgotten one is known again', async () => {
      const world = await worldOfTest(server)
      const connection = await world.connect(config)
      const ask = async (n: number) =>
        (await connection.query({ name: `name ${n}`, text: `select ${n} as n` })).rows
      for (let n = 0; n < 300; n++) expect(await ask(n)).toEqual([{ n }])
      expect((await connection.query(preparedCount)).rows).toEqual([{ n: 256 }])
      expect(await ask(0)).toEqual([{ n: 0 }])
      expect((await connection.query(preparedCount)).rows).toEqual([{ n: 256 }])
    })
  })

  it('no more names of our own are kept on the server than the limit', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ autoPrepare: { limit: 10 } })
    const texts = Array.from({ length: 40 }, (_, n) => `select $1::int + ${n} as n`)
    for (let round = 0; round < 3; round++) {
      const asked = texts.map(async (text) => (await connection.query(text, [1])).rows[0].n)
      expect(await Promise.all(asked)).toEqual(texts.map((_, n) => n + 1))
    }
    for (const text of texts) for (const n of [1, 2]) await connection.query(text, [n])
    const [{ n }] = (await connection.query<{ n: number }>(preparedCount)).rows as [{ n: number }]
    expect(n).toBeGreaterThan(0)
    expect(n).toBeLessThanOrEqual(10)
  })
})
