import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { carries, completes, openProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
let proxy: TcpProxy
let client: pg.Client

beforeEach(async () => {
  proxy = await openProxy(server)
  client = new pg.Client({ connectionString: proxy.urlOf(server.url), application_name: 'cable test' })
  client.on('error', () => {}) // these cables are here to be cut
  await client.connect()
  await server.sql('drop table if exists held')
  await server.sql('create table held (id int)')
})

afterEach(() => proxy.close())
afterAll(() => server.dispose())

const committedRows = () => server.sql('select id from held')

describe('a held message', () => {
  it('is a COMMIT that has not reached the server when the cable is cut', async () => {
    await client.query('begin')
    await client.query('insert into held values (1)')
    const commit = proxy.holdNext(carries(/^commit/i))
    const answer = client.query('COMMIT')
    answer.catch(() => {})
    expect(await commit.arrived()).toMatchObject({ type: 'Q', text: 'COMMIT' })
    proxy.cut()
    await expect(answer).rejects.toThrow('ECONNRESET')
    await eventually(async () => expect(await server.backends('cable test')).toEqual([]), {
      what: 'the session is gone',
    })
    expect(await committedRows()).toEqual([])
  })

  it('is the answer to a COMMIT that the server has carried out when the cable is cut', async () => {
    await client.query('begin')
    await client.query('insert into held values ($1)', [1])
    const commit = proxy.holdNext(completes('COMMIT'), 'toClient')
    const answer = client.query({ text: 'commit', values: [], queryMode: 'extended' } as pg.QueryConfig)
    answer.catch(() => {})
    await commit.arrived()
    proxy.cut()
    await expect(answer).rejects.toThrow(/ECONNRESET|Connection terminated unexpectedly/)
    expect(await committedRows()).toEqual([{ id: 1 }])
  })

  it('goes on with everything behind it when it is released', async () => {
    const held = proxy.holdNext(carries(/as first/))
    const first = client.query('select 1 as first')
    await held.arrived()
    const second = client.query('select $1::int as second', [2])
    held.release()
    expect((await first).rows).toEqual([{ first: 1 }])
    expect((await second).rows).toEqual([{ second: 2 }])
    expect(() => held.release()).toThrow('no message is held')
  })

  it('is lost alone when it is dropped', async () => {
    await client.query('listen news')
    const payloads: (string | undefined)[] = []
    client.on('notification', ({ payload }) => payloads.push(payload))
    const lost = proxy.holdNext(({ type, text }) => type === 'A' && text.includes('two'), 'toClient')
    await server.sql(`notify news, 'one'`)
    await server.sql(`notify news, 'two'`)
    await lost.arrived()
    await server.sql(`notify news, 'three'`)
    lost.drop()
    await eventually(() => expect(payloads).toEqual(['one', 'three']), { what: 'the other two arrive' })
  })

  it('has not arrived while nothing matches, and says so', async () => {
    const never = proxy.holdNext(carries(/never asked/))
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(never.hasArrived).toBe(false)
    await expect(never.arrived(20)).rejects.toThrow('the message to hold arrives')
    expect(() => never.drop()).toThrow('no message is held')
  })

  it('is found in a large answer that comes in many chunks', async () => {
    const held = proxy.holdNext(completes('SELECT 20000'), 'toClient')
    const answer = client.query('select i, repeat($1, 100) as text from generate_series(1, 20000) as i', [
      'x',
    ])
    await held.arrived()
    held.release()
    expect((await answer).rows).toHaveLength(20_000)
  })
})

describe('a broken cable to PostgreSQL', () => {
  it('delivers an answer byte by byte', async () => {
    proxy.slice(1)
    expect((await client.query('select $1::text as text', ['sliced'])).rows).toEqual([{ text: 'sliced' }])
  })

  it('delivers an answer late', async () => {
    proxy.latency(30)
    const asked = performance.now()
    await client.query('select 1')
    expect(performance.now() - asked).toBeGreaterThanOrEqual(59)
  })

  it('delivers a message of no known type', async () => {
    proxy.corrupt()
    await expect(client.query('select 1')).rejects.toThrow('received invalid response: 7e')
  })

  it('swallows the question while the session lives on', async () => {
    const [session] = await server.backends('cable test')
    proxy.blackhole('toServer')
    let settled = false
    const settle = () => {
      settled = true
    }
    client.query('select 1').then(settle, settle)
    expect((await server.sql('select 1 as one'))[0]).toEqual({ one: 1 })
    expect(await server.backends('cable test')).toEqual([session])
    expect(settled).toBe(false)
    proxy.cut()
    await eventually(() => settled, { what: 'the query fails after all' })
  })

  it('passes a request to cancel', async () => {
    const sleeping = client.query('select pg_sleep(30)')
    sleeping.catch(() => {})
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    await eventually(
      async () => {
        const rows = await server.sql(
          `select 1 from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`,
          [processID],
        )
        return rows.length === 1
      },
      { what: 'the backend sleeps' },
    )
    const request = Buffer.alloc(16)
    request.writeInt32BE(16, 0)
    request.writeInt32BE(80_877_102, 4) // CancelRequest
    request.writeInt32BE(processID, 8)
    request.writeInt32BE(secretKey, 12)
    const canceller = connect(proxy.port, proxy.host)
    canceller.on('error', () => {}) // the proxy closes before PostgreSQL does
    canceller.end(request)
    await expect(sleeping).rejects.toMatchObject({ code: '57014' })
  })
})
