import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, describe, expect, it } from 'vitest'
import type { Connection, Session } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const many = 'select n from generate_series(1, 100000) n'
const slowly = 'select n, pg_sleep(case n when 3 then 30 else 0 end) from generate_series(1, 9) n'

/** Each is begun and stands still: with its reader away, or with the server at work. Resolves to how its user sees its end. */
const begun: [string, (session: Session) => Promise<{ readonly end: Promise<unknown> }>][] = [
  [
    'a cursor of pg-cursor between two reads',
    async (session) => {
      const cursor = session.query(new Cursor(many))
      await cursor.read(5)
      return { end: new Promise((_, reject) => cursor.on('error', reject)) }
    },
  ],
  [
    'a cursor of pg-cursor while it reads',
    async (session) => {
      const cursor = session.query(new Cursor(slowly))
      await cursor.read(2)
      return { end: cursor.read(2) }
    },
  ],
  [
    'a stream of pg-query-stream while it reads',
    async (session) => {
      const stream = session.query(new QueryStream(slowly, [], { batchSize: 1 }))
      const end = stream.toArray()
      end.catch(() => undefined)
      return { end }
    },
  ],
  [
    'COPY IN while it waits for its source',
    async (session) => {
      await session.query('create temp table t (n int)')
      const source = new Readable({ read: () => undefined })
      source.push('1\n')
      const sink: Writable = session.query(copyFrom('copy t from stdin'))
      return { end: pipeline(source, sink) }
    },
  ],
  [
    'COPY OUT while the server works',
    async (session) => {
      const stream = session.query(copyTo(`copy (${slowly}) to stdout`))
      return { end: stream.toArray() }
    },
  ],
]

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  )

const works = async (connection: Connection) => {
  await connection.ready()
  expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
}

describe.each(begun)('%s', (_, begin) => {
  it('fails with its backend, and what waits behind it is not applied', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const told: string[] = []
    await connection
      .session(async (session) => {
        const { end } = await begin(session)
        const seen = codeOf(end)
        const behind = world.track(session.query('select 1'))
        const waiting = codeOf(session.query(new Cursor(many)).read(1))
        await world.kill(connection)
        await world.told(connection, 'lost')
        told.push(await seen, await codeOf(behind), await waiting)
      })
      .catch(() => undefined)
    expect(told.slice(1)).toEqual(['CONNECTION_LOST', 'CONNECTION_LOST'])
    expect(told[0]).not.toBe('none')
    await works(connection)
  })

  it('is no obstacle to an abort of the session', async () => {
    await using world = await openWorld({ server, connections: 1 })
    const connection = world.connections[0]!
    const controller = world.controller()
    const mine = new Error('mine')
    const aborted = connection.session(
      async (session) => {
        const { end } = await begin(session)
        end.catch(() => undefined)
        controller.abort(mine)
        await new Promise(() => undefined)
      },
      { signal: controller.signal },
    )
    await expect(world.track(aborted)).rejects.toBe(mine)
    await works(connection)
  })

  it('is no obstacle to the end of the session, or of the connection', async () => {
    await using world = await openWorld({ server, connections: 2 })
    const [left, ended] = world.connections as [Connection, Connection]
    const leaving = left.session(async (session) => {
      const { end } = await begin(session)
      end.catch(() => undefined)
    })
    await world.track(leaving)
    await works(left)
    const held = ended.session(async (session) => {
      const { end } = await begin(session)
      await end
    })
    const told = codeOf(world.track(held))
    await world.reached(ended, 'inTransaction')
    await ended.end()
    expect(await told).not.toBe('none')
  })
})
