import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, describe, expect, it } from 'vitest'
import { HandleRevokedError, InvalidOptionError, type Session } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const numbers = 'select n from generate_series(1, 500) n'
const inAll = { n: 500 }

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const each: [string, (session: Session) => Promise<unknown>][] = [
  [
    'a cursor of pg-cursor',
    async (session) => {
      const cursor = session.query(new Cursor<{ n: number }>(numbers))
      let n = 0
      for (let rows = await cursor.read(99); rows.length > 0; rows = await cursor.read(99)) n += rows.length
      return { n }
    },
  ],
  [
    'a stream of pg-query-stream',
    async (session) => {
      let n = 0
      for await (const _row of session.query(new QueryStream(numbers, [], { batchSize: 7 }))) n++
      return { n }
    },
  ],
  [
    'COPY OUT of pg-copy-streams',
    async (session) => {
      const text = await textOf(session.query(copyTo(`copy (${numbers}) to stdout`)))
      return { n: text.trim().split('\n').length }
    },
  ],
  [
    'COPY IN of pg-copy-streams',
    async (session) => {
      await session.query('create temp table t (n int)')
      const lines = Array.from({ length: 500 }, (_, n) => `${n}\n`)
      await pipeline(Readable.from(lines), session.query(copyFrom('copy t from stdin')))
      return (await session.query('select count(*)::int as n from t')).rows[0]
    },
  ],
]

describe.each([{ pipeline: true }, { pipeline: false }])('with %o, a session runs', (config) => {
  it.each(each)('%s', async (_, run) => {
    const connection = await openConnection(server, config)
    const { processId } = connection
    const before = Array.from({ length: 20 }, (_row, n) => connection.query('select $1::int as n', [n]))
    const ran = connection.session(run)
    const behind = Array.from({ length: 20 }, (_row, n) => connection.query('select $1::int as n', [n]))
    expect(await ran).toEqual(inAll)
    for (const [n, { rows }] of (await Promise.all(before)).entries()) expect(rows).toEqual([{ n }])
    for (const [n, { rows }] of (await Promise.all(behind)).entries()) expect(rows).toEqual([{ n }])
    // Twice, and with others between.
    expect(await connection.session(run).catch((error: { code: string }) => error.code)).toSatisfy(
      (told) => told === '42P07' || (told as typeof inAll).n === 500,
    )
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(connection.processId).toBe(processId)
  })
})

describe('what is submitted to a session', () => {
  it('is handed back, at once', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const cursor = new Cursor(numbers)
      expect(session.query(cursor)).toBe(cursor)
      await cursor.close()
    })
  })

  it('waits for its turn, and the session for its end', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const order: unknown[] = []
      const note = (what: string, promise: Promise<unknown>) => promise.then(() => order.push(what))
      const first = note('first', session.query('select pg_sleep(0.02)'))
      const cursor = session.query(new Cursor(numbers))
      const behind = note('behind', session.query('select 1'))
      const stream = session.query(copyTo(`copy (${numbers}) to stdout`))
      const last = note('last', session.query('select 1'))
      expect(await cursor.read(5)).toHaveLength(5)
      order.push('read')
      expect(await cursor.read(5)).toHaveLength(5)
      order.push('read')
      await cursor.close()
      await behind
      expect(await textOf(stream)).toMatch(/^1\n/)
      order.push('copied')
      await Promise.all([first, last])
      expect(order.slice(0, 4)).toEqual(['first', 'read', 'read', 'behind'])
      expect(new Set(order.slice(4))).toEqual(new Set(['copied', 'last']))
    })
  })

  it('fails with the word of the server, in its own way, and nothing else does', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    await connection.session(async (session) => {
      const cursor = session.query(new Cursor('select 1 / (3 - n) from generate_series(1, 9) n'))
      expect(await cursor.read(2)).toHaveLength(2)
      await expect(cursor.read(2)).rejects.toMatchObject({ code: '22012' })
      await expect(session.query(new Cursor('selec')).read(1)).rejects.toMatchObject({ code: '42601' })
      const stream = session.query(new QueryStream('select 1 from nowhere'))
      await expect(stream.toArray()).rejects.toMatchObject({ code: '42P01' })
      const out = session.query(copyTo('copy nowhere to stdout'))
      await expect(textOf(out)).rejects.toMatchObject({ code: '42P01' })
      await session.query('create temp table t (n int)')
      const into = pipeline(Readable.from(['x\n']), session.query(copyFrom('copy t from stdin')))
      await expect(into).rejects.toMatchObject({ code: '22P02' })
      const aborted = pipeline(
        async function* () {
          yield '1\n'
          throw new Error('mine')
        },
        session.query(copyFrom('copy t from stdin')),
      )
      await expect(aborted).rejects.toThrow('mine')
      expect((await session.query('select n from t')).rows).toEqual([])
    })
    expect(connection.processId).toBe(processId)
  })

  it('runs in a transaction begun by hand', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await session.query('begin')
      await session.query('create temp table t (n int)')
      await pipeline(Readable.from(['1\n', '2\n']), session.query(copyFrom('copy t from stdin')))
      expect((await session.query('select sum(n)::int as n from t')).rows).toEqual([{ n: 3 }])
      await session.query('rollback')
    })
  })

  it('left open is closed with the session, which is not replaced', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    await connection.session(async (session) => {
      await session.query(new Cursor(numbers)).read(5)
    })
    await connection.session((session) => {
      const stream = session.query(new QueryStream(numbers))
      return new Promise((resolve) => stream.once('data', resolve))
    })
    await connection.session(async (session) => {
      await session.query('create temp table t (n int)')
      session.query(copyFrom('copy t from stdin')).write('1\n')
    })
    expect((await connection.query('select n from t')).rows).toEqual([])
    expect(connection.processId).toBe(processId)
  })

  it('that can not be closed costs the server session, and nothing else', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    await connection.session(async (session) => {
      const stream = session.query(
        copyTo('copy (select repeat($$x$$, 1000) from generate_series(1, 100000)) to stdout'),
      )
      await new Promise((resolve) => stream.once('data', resolve))
      stream.pause()
    })
    await connection.ready()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(connection.processId).not.toBe(processId)
  })

  it('is refused when its turn does not come, or the session is over', async () => {
    const connection = await openConnection(server)
    const left = await connection.session((session) => {
      void session.query('select pg_sleep(0.01)')
      const cursor = session.query(new Cursor(numbers))
      return { session, read: cursor.read(1).catch((error: unknown) => error) }
    })
    expect(await left.read).toBeInstanceOf(HandleRevokedError)
    const late = left.session.query(new Cursor(numbers)).read(1)
    await expect(late).rejects.toBeInstanceOf(HandleRevokedError)
    const copying = pipeline(Readable.from(['1\n']), left.session.query(copyFrom('copy t from stdin')))
    await expect(copying).rejects.toBeInstanceOf(HandleRevokedError)
    const streaming = left.session.query(new QueryStream(numbers)).toArray()
    await expect(streaming).rejects.toBeInstanceOf(HandleRevokedError)
  })

  it('belongs on a session: elsewhere it is refused by name', async () => {
    const connection = await openConnection(server)
    const cursor = new Cursor(numbers) as never
    await expect(connection.query(cursor)).rejects.toThrow(InvalidOptionError)
    await expect(connection.transaction((tx) => tx.query(cursor))).rejects.toThrow('belong on a session()')
    await expect(connection.session((session) => session.execute(cursor))).rejects.toThrow(InvalidOptionError)
  })

  it('may be a package nobody knows, that throws whatever it likes', async () => {
    const connection = await openConnection(server)
    const throws = () => {
      throw new Error('mine')
    }
    const broken = { submit: throws, handleError: throws, close: throws }
    await connection.session((session) => {
      session.query(broken)
    })
    await connection.ready()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('works in setup', async () => {
    let rows: unknown[] = []
    const setup = async (session: Session) => {
      rows = await session.query(new Cursor(numbers)).read(3)
    }
    const connection = await openConnection(server, { setup })
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})

describe('COPY through unsafeClient', () => {
  it('goes in and out on a connection that is not pipelined', async () => {
    const connection = await openConnection(server, { pipeline: false })
    await connection.query('create temp table t (n int)')
    const client = connection.unsafeClient!
    const behind: Promise<unknown>[] = []
    await pipeline(Readable.from(['1\n', '2\n']), client.query(copyFrom('copy t from stdin')))
    const out = client.query(copyTo('copy t to stdout'))
    behind.push(connection.query('select 1'), connection.query('select 2'))
    const text = textOf(out)
    expect(await text).toBe('1\n2\n')
    await Promise.all(behind)
    expect((await connection.query('select sum(n)::int as n from t')).rows).toEqual([{ n: 3 }])
  })

  it('is refused by pg on one that is, and harms nothing', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const stream = connection.unsafeClient!.query(copyTo('copy (select 1) to stdout'))
    await expect(textOf(stream)).rejects.toThrow('not supported in pipeline mode')
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(connection.processId).toBe(processId)
  })
})
