import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

describe('a cable', () => {
  it('that passes three bytes at a time changes no answer', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    world.proxy.slice(3)
    const asked = Array.from({ length: 20 }, (_, index) =>
      connection.query('select $1::int as index, repeat($2, 20) as text', [index, 'ä']),
    )
    const wrong = connection.query('select 1/0')
    const done = world.operation((marker) => connection.transaction((tx) => tx.query(world.insert, [marker])))
    const answers = await Promise.all(asked)
    expect(answers.map(({ rows }) => rows)).toEqual(
      asked.map((_, index) => [{ index, text: 'ä'.repeat(20) }]),
    )
    await expect(wrong).rejects.toMatchObject({ code: '22012' })
    await done
  })

  it('that is cut in the middle of a large answer gives nobody half of it', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    const large = world.ask(connection, `select repeat('x', 1000) from generate_series(1, 100000)`)
    const behind = world.write(connection)
    const before = connection.unsafeClient as unknown as { connection: { stream: { bytesRead: number } } }
    const { stream } = before.connection
    const read = stream.bytesRead
    await eventually(() => stream.bytesRead > read + 1_000_000, { what: 'a part of it has come' })
    world.proxy.cut()
    await expect(large).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await expect(behind).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
    await connection.ready()
  })

  it('that stands still for a while, and moves on, loses nothing', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    world.proxy.freeze()
    const asked = Array.from({ length: 10 }, () => world.write(connection))
    await server.sql('select pg_sleep(0.3)')
    world.proxy.pass()
    await Promise.all(asked)
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it('that brings a large statement slowly holds up nobody for ever', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1 })
    const connection = world.connections[0]!
    world.proxy.latency(2)
    const megabytes = 'x'.repeat(4_000_000)
    const asked = [
      connection.query('select length($1::text) as length', [megabytes]),
      world.write(connection),
      connection.query('select length($1::text) as length', [megabytes]),
      world.write(connection),
    ]
    const [first, , third] = await Promise.all(asked)
    expect([first!.rows, third!.rows]).toEqual([[{ length: 4_000_000 }], [{ length: 4_000_000 }]])
  })
})
