import pg from 'pg'
import { afterAll, afterEach, describe, expect, it, type TestContext, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/test-server.ts'

vi.stubEnv('PG_SUPERVISOR_TEST_URL', '')
const own = await testServer()
const clients: pg.Client[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.allSettled(clients.splice(0).map((client) => client.end()))
})
afterAll(() => own.dispose())

async function session(url: string, applicationName: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName })
  client.on('error', () => {})
  clients.push(client)
  await client.connect()
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid
}

describe('the server of a test file', () => {
  it('answers SQL with rows', async () => {
    expect(await own.sql('select $1::int + 1 as next', [41])).toEqual([{ next: 42 }])
  })

  it('counts the sessions of others, oldest first, by their name if wanted', async () => {
    const first = await session(own.url, 'first')
    const second = await session(own.url, 'second')
    expect(await own.backends()).toEqual([first, second])
    expect(await own.backends('second')).toEqual([second])
    await own.sql('select pg_terminate_backend($1)', [first])
    await eventually(async () => expect(await own.backends()).toEqual([second]), {
      what: 'one session is left',
    })
  })

  it('answers SQL again after it was stopped, killed and paused', async () => {
    expect(own.canBeStopped).toBe(true)
    await own.sql('select 1')
    await own.stop('smart')
    await own.start()
    expect(await own.sql('select 1 as one')).toEqual([{ one: 1 }])
    await own.kill()
    await own.start({ work_mem: '3MB' })
    expect(await own.sql('show work_mem')).toEqual([{ work_mem: '3MB' }])
    own.pause()
    own.resume()
    expect(await own.sql('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is the one PG_SUPERVISOR_TEST_URL names, which nobody may break', async () => {
    vi.stubEnv('PG_SUPERVISOR_TEST_URL', own.url)
    const foreign = await testServer()
    expect(foreign).toMatchObject({ url: own.url, port: own.port, user: own.user, canBeStopped: false })
    expect(await foreign.sql('select 1 as one')).toEqual([{ one: 1 }])

    const refusal = 'the server of PG_SUPERVISOR_TEST_URL is not ours to stop or pause'
    await expect(foreign.stop()).rejects.toThrow(refusal)
    await expect(foreign.start()).rejects.toThrow(refusal)
    await expect(foreign.kill()).rejects.toThrow(refusal)
    expect(() => foreign.pause()).toThrow(refusal)
    await foreign.dispose()
    expect(await own.sql('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('skips a test that would stop a server which is not ours, and says why', async () => {
    const skip = vi.fn<(condition: boolean, note?: string) => void>()
    const context = { skip } as unknown as TestContext
    own.mustBeStoppable(context)
    expect(skip).toHaveBeenLastCalledWith(false, expect.any(String))

    vi.stubEnv('PG_SUPERVISOR_TEST_URL', own.url)
    const foreign = await testServer()
    foreign.mustBeStoppable(context)
    const reason = 'stops the server, and PG_SUPERVISOR_TEST_URL names one that is not ours; unset it'
    expect(skip).toHaveBeenLastCalledWith(true, reason)
  })
})
