import { afterAll, describe, expect, it } from 'vitest'
import type { Pool } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { poolWorld } from '../support/pool-world.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const five = { min: 5, max: 5 }

const allDown = (pool: Pool): Promise<unknown> =>
  eventually(() => pool.stats.dead === pool.stats.size, { what: 'everybody is down' })

describe('a pool that is ended', () => {
  it('while busy rejects what runs and what waits, in order, and ends the busy ones too', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const [only] = [...pool.connections]
    const order: string[] = []
    const noted = (word: string, asked: Promise<unknown>) => asked.catch(() => order.push(word))
    const running = world.operation((marker) =>
      pool.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        await tx.query('select pg_sleep(10)')
      }),
    )
    await world.running(only!, '%pg_sleep%')
    const asked = [
      noted('first', world.write(pool)),
      noted(
        'second',
        pool.session(() => 1),
      ),
      noted('third', world.write(pool)),
    ]
    await pool.end()
    await expect(running).rejects.toMatchObject({ code: 'CONNECTION_CLOSED', outcome: 'notApplied' })
    await Promise.all(asked)
    expect(order).toEqual(['first', 'second', 'third'])
    expect(only!.state).toBe('closed')
    expect(pool.stats).toMatchObject({ size: 0, busy: 0, waiting: 0 })
  })

  it('with time lets finish what runs and what waits, and takes nothing new', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1 }).start()
    const running = world.operation((marker) =>
      pool.transaction(async (tx) => {
        await tx.query('select pg_sleep(0.2)')
        await tx.query(world.insert, [marker])
      }),
    )
    const waiting = world.write(pool)
    const ended = pool.end({ drainMs: 5000 })
    await expect(world.write(pool)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await Promise.all([running, waiting, ended])
  })

  it('while everybody is down, or dials, leaves nothing behind', async () => {
    const world = await poolWorld(server, { proxy: true })
    const pool = await world.pool({ ...five, whileDown: { waitMs: 60_000 } }).start()
    world.proxy.refuse()
    world.proxy.cut()
    await allDown(pool)
    const waiting = world.write(pool)
    await pool.end()
    await expect(waiting).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await world.proxy.listen()
    world.proxy.cut()
    const starting = world.pool(five)
    const started = starting.start()
    await starting.end()
    await expect(started).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  })
})

describe('the listening connection of a pool', () => {
  it('is extra, made with the first subscription, shared, and ended with the last', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1, max: 1, name: 'wire' }).start()
    const heard: string[] = []
    pool.addNotifyObserver(({ channel, payload }) => heard.push(`${channel} ${payload}`))
    const [first, second, third] = await Promise.all([
      pool.listen('one'),
      pool.listen('two', ({ payload }) => heard.push(payload)),
      pool.listen('two'),
    ])
    expect(pool.stats.size).toBe(1)
    expect((await server.backends()).length).toBe(2)
    await pool.notify('one', 'a')
    await pool.notify('two', 'b')
    await eventually(() => heard.length === 3, { what: 'all is heard' })
    expect(heard.toSorted()).toEqual(['b', 'one a', 'two b'])
    await first.close()
    await pool.unlisten('two')
    await eventually(async () => (await server.backends()).length === 1, { what: 'it is ended' })
    await Promise.all([second.close(), third.close()])
    // And made again.
    await pool.listen('three', ({ payload }) => heard.push(payload))
    await pool.notify('three', 'c')
    await eventually(() => heard.length === 5, { what: 'it hears again' })
  })

  it('tells a gap when it was lost, and goes on', async () => {
    const world = await poolWorld(server)
    const pool = await world.pool({ min: 1 }).start()
    const heard: string[] = []
    await pool.listen('jobs', ({ payload }) => heard.push(payload))
    const gap = new Promise<readonly string[]>((resolve) => {
      pool.on('gap', ({ channels, connection }) => resolve([...channels, connection.name]))
    })
    const pids = new Set([...pool.connections].map(({ processId }) => processId))
    const [listener] = (await server.backends()).filter((pid) => !pids.has(pid))
    await server.sql('select pg_terminate_backend($1)', [listener])
    expect(await gap).toEqual(['jobs', expect.stringContaining('listener')])
    await pool.ready()
    await pool.notify('jobs', 'after')
    await eventually(() => heard.length === 1, { what: 'it is heard' })
  })
})
