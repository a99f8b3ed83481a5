import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, heartbeat } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const idleMs = 100
const timeoutMs = 1000
const config = { monitors: [heartbeat({ idleMs, timeoutMs })], connectTimeoutMs: 500 }
/** For servers that live: on a slow machine, too, one answers within that. */
const patient = { monitors: [heartbeat({ idleMs, timeoutMs: 5000 })] }
const message = 'no sign of life from the server within 1000 ms'

/** Asks something that takes for ever, and waits until the server is at it. */
async function atWork(world: World, connection: Connection, seconds = 60) {
  const asked = world.ask(connection, `select pg_sleep(${seconds})`)
  asked.catch(() => undefined)
  await world.running(connection, '%pg_sleep%')
  return { asked }
}

describe('a session that dies in silence while a statement is in flight', () => {
  it.each(['blackhole', 'freeze'] as const)('is noticed: %s', async (fault) => {
    await using world = await openWorld({ server, proxy: true, connections: 1, config })
    const connection = world.connections[0]!
    const { asked } = await atWork(world, connection)
    world.proxy[fault]()
    await expect(asked).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
      failure: { kind: 'monitor', phase: 'querying', message },
    })
    world.proxy.cut()
    world.proxy.pass()
    await connection.ready()
    await world.write(connection)
  })

  it('is noticed when the server itself stands still', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 1, config })
    const connection = world.connections[0]!
    const { asked } = await atWork(world, connection, 0.5)
    server.pause()
    try {
      await expect(asked).rejects.toMatchObject({ failure: { kind: 'monitor', message } })
    } finally {
      server.resume()
    }
    await connection.ready()
  })

  it('is noticed inside of a transaction whose user thinks, and nothing of it was applied', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1, config })
    const connection = world.connections[0]!
    const lost = world.told(connection, 'lost')
    const done = world.operation((marker) =>
      connection.transaction(async (tx) => {
        await tx.query(world.insert, [marker])
        world.proxy.blackhole()
        await lost
      }),
    )
    await expect(done).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
    expect(await lost).toMatchObject({ failure: { kind: 'monitor', phase: 'inTransaction', message } })
    world.proxy.cut()
    world.proxy.pass()
    await connection.ready()
  })

  it('is noticed with every other session of its host, and the host is asked on one connection', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 5, config })
    for (const connection of world.connections) await atWork(world, connection)
    world.proxy.blackhole()
    const before = world.proxy.totalAccepted
    const [first, ...others] = world.connections
    await world.told(first!, 'lost')
    // The first attempts to connect again are counted, too.
    expect(world.proxy.totalAccepted - before).toBeLessThanOrEqual(1 + world.storm.attempts.length - 5)
    for (const connection of others) await world.told(connection, 'lost')
    world.proxy.cut()
    world.proxy.pass()
    for (const connection of world.connections) await connection.ready()
  })
})

describe('a slow server', () => {
  it('is asked beside the session, and left alone: it sleeps, and waits for a lock', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 3, config: patient })
    const [sleeping, holding, waiting] = world.connections as [Connection, Connection, Connection]
    await server.sql('create table if not exists lockable ()')
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const holder = holding.transaction(async (tx) => {
      await tx.query('lock table lockable')
      await held
    })
    const { asked: slept } = await atWork(world, sleeping, 1)
    const waited = waiting.query('table lockable')
    const atFirst = world.proxy.totalAccepted
    await eventually(() => world.proxy.totalAccepted >= atFirst + 3, {
      what: 'the host is asked three times',
    })
    release()
    await Promise.all([slept, waited, holder])
    for (const connection of world.connections) expect(world.noticesOf(connection, 'lost')).toEqual([])
    await eventually(() => world.proxy.connections === 3, { what: 'nothing is left of the questions' })
    const asked = world.proxy.totalAccepted
    await server.sql('select pg_sleep(0.4)')
    expect(world.proxy.totalAccepted).toBe(asked)
  })

  it('that takes nobody in any more, with a new password, is left alone', async () => {
    await using world = await openWorld({ server, proxy: true, config: patient })
    await server.sql(`drop role if exists crowd; create role crowd login password 'one' connection limit 1`)
    const url = new URL(world.url)
    Object.assign(url, { username: 'crowd', password: 'one' })
    const connection = await world.connect({ connectionString: url.href })
    const asked = connection.query('select pg_sleep(0.8)')
    await world.running(connection, '%pg_sleep%')
    await server.sql(`alter role crowd password 'two'`)
    const atFirst = world.proxy.totalAccepted
    await eventually(() => world.proxy.totalAccepted > atFirst + 1, { what: 'the host is asked' })
    await asked
    expect(world.noticesOf(connection, 'lost')).toEqual([])
    await connection.end()
    await server.sql('drop role crowd')
  })

  it('whose postmaster hangs is found alive by a session beside it', async (context) => {
    server.mustBeStoppable(context)
    await using world = await openWorld({ server, connections: 2, config })
    const [working] = world.connections as [Connection, Connection]
    const { asked } = await atWork(world, working, 2.5)
    server.pausePostmaster()
    try {
      await asked
    } finally {
      server.resume()
    }
    for (const connection of world.connections) expect(world.noticesOf(connection, 'lost')).toEqual([])
  })
})

describe('a process that stands still', () => {
  it('for longer than all deadlines, its loop blocked while its host is asked, convicts nobody', async () => {
    await using world = await openWorld({ server, proxy: true, connections: 1, config })
    const connection = world.connections[0]!
    const { asked } = await atWork(world, connection, 3)
    // Held back, so that the question is open when the loop stops.
    world.proxy.latency(100)
    const atFirst = world.proxy.totalAccepted
    await eventually(() => world.proxy.totalAccepted > atFirst, { what: 'the host is asked' })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
    await asked
    expect(world.noticesOf(connection, 'lost')).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('because it was stopped by a signal convicts nobody', async () => {
    const args = ['--import', 'tsx', 'test/support/waiting-process.ts', server.url, '3']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = once(child, 'close')
    try {
      const asks = `select 1 from pg_stat_activity where application_name = 'waiting process' and query like '%pg_sleep%'`
      await eventually(async () => (await server.sql(asks)).length > 0, {
        what: 'it waits',
        timeoutMs: 30_000,
      })
      child.kill('SIGSTOP')
      await server.sql('select pg_sleep(2)')
      child.kill('SIGCONT')
      await ended
    } finally {
      child.kill('SIGKILL')
    }
    expect(said.trim().split('\n')).toEqual(['waiting', 'answered'])
  })
})
