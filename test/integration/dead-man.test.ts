import { afterAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const names = [
  'client_connection_check_interval',
  'tcp_user_timeout',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'tcp_keepalives_count',
]
/** As the session has them, behind whatever was asked before. */
async function settingsOf(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query(
    `select coalesce(current_setting(name, true), 'none') as value from unnest($1::text[]) with ordinality as n (name, nth)
      order by nth`,
    [names],
  )
  return rows.map(({ value }) => value as string)
}

/** The world sets one of them at its sessions' start. */
const untouched = { options: '', deadManSettings: true }

describe('a server', () => {
  it('is asked to notice that its client is gone, by every session', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect(untouched)
    const wanted = ['2s', '60000', '30', '5', '6']
    expect(await settingsOf(connection)).toEqual(wanted)
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(await settingsOf(connection)).toEqual(wanted)
    expect(world.noticesOf(connection, 'warning')).toEqual([])
  })

  it('is not asked where nobody wants that', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect({ ...untouched, deadManSettings: false })
    const [interval, userTimeout, idle] = await settingsOf(connection)
    expect([interval, userTimeout, idle]).not.toContain('2s')
    expect(userTimeout).toBe('0')
  })

  it('keeps what others have set: at the start, by `settings`, in `setup`, for the role', async () => {
    const world = await worldOfTest(server)
    await server.sql(`drop role if exists patient; create role patient login password 'secret'`)
    await server.sql('alter role patient set tcp_keepalives_interval = 17')
    const url = new URL(world.url)
    Object.assign(url, { username: 'patient', password: 'secret' })
    const connection = await world.connect({
      connectionString: url.href,
      ...untouched,
      options: '-c client_connection_check_interval=9s',
      settings: { tcp_user_timeout: '99000' },
      setup: (session) => session.query('set tcp_keepalives_idle = 77'),
    })
    expect(await settingsOf(connection)).toEqual(['9s', '99000', '77', '17', '6'])
    await connection.end()
    await server.sql('drop role patient')
  })

  it('ends what a client left behind that has vanished', { timeout: 90_000 }, async () => {
    const world = await worldOfTest(server, { proxy: true })
    const connection = await world.connect({ ...untouched, reconnect: false })
    const { processId } = connection
    const asked = connection.query('select pg_sleep(600)')
    await world.running(connection, '%pg_sleep%')
    world.proxy.cut()
    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    const isThere = `select 1 from pg_stat_activity where pid = ${processId}`
    await eventually(async () => (await server.sql(isThere)).length === 0, {
      what: 'the server has noticed',
      timeoutMs: 60_000,
    })
  })
})
