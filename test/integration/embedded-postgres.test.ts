import pg from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { type Postgres, startPostgres } from '../../embedded/postgres.ts'
import { processesIn } from '../../embedded/processes.mjs'
import { eventually } from '../support/eventually.ts'

const template = inject('clusterTemplate')
const copied = template === undefined ? {} : { template }
const server = await startPostgres({ ...copied, settings: { max_connections: 17, work_mem: '3MB' } })
afterAll(() => server.dispose())

async function clientOf(postgres: Postgres) {
  const client = new pg.Client({ connectionString: postgres.url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {}) // these servers are here to be broken
  await client.connect()
  return client
}

async function ask(postgres: Postgres, question: string): Promise<unknown> {
  const client = await clientOf(postgres)
  try {
    return (await client.query({ text: question, rowMode: 'array' })).rows[0]?.[0]
  } finally {
    await client.end()
  }
}

describe('an embedded server', () => {
  it('accepts connections as soon as it is started', async () => {
    expect(await ask(server, 'select 6 * 7')).toBe(42)
  })

  it('is PostgreSQL 18 with the settings it was given', async () => {
    expect(await ask(server, 'show server_version')).toMatch(/^18\./)
    expect(await ask(server, 'show max_connections')).toBe('17')
    expect(await ask(server, 'show work_mem')).toBe('3MB')
  })

  it('listens on 127.0.0.1 and nowhere else', async () => {
    expect(await ask(server, 'show listen_addresses')).toBe('127.0.0.1')
    expect(await ask(server, 'show unix_socket_directories')).toBe('')
  })

  it('lets nobody in without its password', async () => {
    const stranger = new pg.Client({
      host: server.host,
      port: server.port,
      user: server.user,
      database: server.database,
      password: 'guess',
    })
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
    expect(server.password).toMatch(/^[0-9a-f]{32}$/)
  })

  it('comes back on the same port with the same data after every way to stop it', async () => {
    const { port } = server
    await ask(server, 'create table if not exists survivor as select 1 as alive')
    for (const mode of ['smart', 'fast', 'immediate'] as const) {
      await server.stop(mode)
      expect(server.isRunning).toBe(false)
      expect(processesIn(server.folder)).toEqual([])
      await server.start()
      expect(server.port).toBe(port)
      expect(await ask(server, 'select alive from survivor')).toBe(1)
    }
  })

  it('keeps a commit it has confirmed when it is killed right after', async () => {
    const client = await clientOf(server)
    await client.query('create table if not exists confirmed (id int)')
    await client.query('truncate confirmed')
    await client.query('insert into confirmed values (1)')
    await server.kill()
    expect(processesIn(server.folder)).toEqual([])
    await server.start()
    expect(await ask(server, 'select count(*)::int from confirmed')).toBe(1)
  })

  it('is gone after kill() even when it was paused', async () => {
    const client = await clientOf(server)
    server.pause()
    await server.kill()
    expect(processesIn(server.folder)).toEqual([])
    await server.start()
    await expect(client.query('select 1')).rejects.toThrow('Client has encountered a connection error')
  })

  it('lets a client wait while it is paused and answers it when it is resumed', async () => {
    const client = await clientOf(server)
    server.pause()
    let answered = false
    const answer = client.query('select 1').then(() => {
      answered = true
    })
    const stranger = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 100 })
    await expect(stranger.connect()).rejects.toThrow('timeout')
    expect(answered).toBe(false)
    server.resume()
    await answer
    await client.end()
  })

  it('serves its sessions but takes no new one while only the postmaster is paused', async () => {
    const client = await clientOf(server)
    server.pausePostmaster()
    const stranger = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 100 })
    await expect(stranger.connect()).rejects.toThrow('timeout')
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    server.resume()
    await client.end()
  })

  it('stops while it is paused', async () => {
    server.pause()
    await server.stop('fast')
    await server.start()
    expect(await ask(server, 'select 1')).toBe(1)
  })

  it('takes settings for one run only', async () => {
    await server.stop()
    await server.start({ work_mem: '5MB' })
    expect(await ask(server, 'show work_mem')).toBe('5MB')
    await server.stop()
    await server.start()
    expect(await ask(server, 'show work_mem')).toBe('3MB')
  })

  it('refuses to start twice, and to be killed or paused when it is not running', async () => {
    await expect(server.start()).rejects.toThrow('the server is running already')
    await server.stop()
    await server.stop()
    await expect(server.kill()).rejects.toThrow('the server is not running')
    expect(() => server.pause()).toThrow('the server is not running')
    await server.start()
  })

  it('reports what the server said when it does not start, and leaves nothing behind', async () => {
    const failure = await startPostgres({ ...copied, settings: { work_mem: 'plenty' } }).catch(
      (error) => error,
    )
    expect(failure.message).toContain('invalid value for parameter "work_mem": "plenty"')
  })

  it('leaves no process and no folder after dispose(), stopped, killed or paused before', async () => {
    for (const before of ['nothing', 'stop', 'kill', 'pause'] as const) {
      const other = await startPostgres(copied)
      if (before !== 'nothing') await other[before]()
      await other.dispose()
      expect(processesIn(other.folder)).toEqual([])
      await expect(other.log()).rejects.toMatchObject({ code: 'ENOENT' })
      await other.dispose()
    }
  })

  it('waits on its port for whoever took it in between', async () => {
    await server.stop()
    const { createServer } = await import('node:net')
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(server.port, server.host, resolve))
    const start = server.start()
    await eventually(async () => /Address already in use/.test(await server.log()), {
      what: 'a failed start',
    })
    squatter.close()
    await start
    expect(await ask(server, 'select 1')).toBe(1)
  })
})
