import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { Connection, connect, InvalidOptionError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterEach(() => vi.unstubAllEnvs())
afterAll(() => server.dispose())

function stubEnvironment(): void {
  vi.stubEnv('PGHOST', server.host)
  vi.stubEnv('PGPORT', String(server.port))
  vi.stubEnv('PGUSER', server.user)
  vi.stubEnv('PGPASSWORD', server.password)
  vi.stubEnv('PGDATABASE', server.database)
}

const identity = `select current_database() as database, current_user as "user", current_setting('application_name') as name`

describe('the PG* environment variables', () => {
  it('are enough to connect without any configuration', async () => {
    stubEnvironment()
    vi.stubEnv('PGAPPNAME', 'by the environment')
    await using connection = await connect()
    const { rows } = await connection.query(identity)
    expect(rows).toEqual([{ database: server.database, user: server.user, name: 'by the environment' }])
    expect(connection.host).toEqual({ host: server.host, port: server.port })
  })

  it('give way to what the configuration says', async () => {
    stubEnvironment()
    vi.stubEnv('PGDATABASE', 'pgs_none')
    vi.stubEnv('PGAPPNAME', 'by the environment')
    await using connection = await connect({ database: server.database, application_name: 'by option' })
    expect((await connection.query(identity)).rows).toEqual([
      { database: server.database, user: server.user, name: 'by option' },
    ])
  })

  it('fill in what a keyword string leaves out', async () => {
    stubEnvironment()
    vi.stubEnv('PGDATABASE', 'pgs_none')
    await using connection = await connect(`dbname='${server.database}' application_name='by keyword'`)
    expect((await connection.query(identity)).rows).toMatchObject([
      { database: server.database, name: 'by keyword' },
    ])
  })

  it('hold server options too', async () => {
    stubEnvironment()
    vi.stubEnv('PGOPTIONS', '-c work_mem=3MB')
    await using connection = await connect()
    expect((await connection.query('show work_mem')).rows).toEqual([{ work_mem: '3MB' }])
  })

  it('name the address in errors and in the storm limit, where nobody listens', async () => {
    stubEnvironment()
    vi.stubEnv('PGPORT', '1')
    const connection = new Connection()
    await expect(connection.connect()).rejects.toThrow(`could not connect to ${server.host}:1`)
    await connection.end()
  })

  it('name a driver', () => {
    vi.stubEnv('PG_SUPERVISOR_DRIVER', 'pg')
    expect(new Connection()).toBeInstanceOf(Connection)
    vi.stubEnv('PG_SUPERVISOR_DRIVER', 'oracle')
    expect(() => new Connection()).toThrow(InvalidOptionError)
  })
})
