import Cursor from 'pg-cursor'
import { afterAll, describe, expect, it } from 'vitest'
import { countsOf } from '../../support/both-pools.ts'
import { errorOf } from '../../support/error-of.ts'
import { facePoolsOn, pidOf } from '../../support/face-pool.ts'
import { testServer } from '../../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const poolOf = facePoolsOn(server)

describe('a session that is released otherwise than it was lent', () => {
  it('is the same again where nothing is left on it, with no question asked', async () => {
    const pool = poolOf({ max: 1 })
    const client = await pool.connect()
    await client.query('begin')
    await client.query("set local search_path to 'x'")
    await client.query("select set_config('app.who', 'me', true)")
    await client.query('select pg_advisory_xact_lock(1)')
    await client.query('update pg_class set relname = relname where false')
    await client.query('commit')
    client.release()
    expect(countsOf(pool)).toMatchObject({ totalCount: 1, idleCount: 1 })
    const before = server.sql(
      "select query from pg_stat_activity where query like '%pg_locks%' and pid <> pg_backend_pid()",
    )
    expect(await before).toEqual([])
  })

  it('has its transaction rolled back, and is lent again', async () => {
    const pool = poolOf({ max: 1 })
    const warnings: string[] = []
    const client = await pool.connect()
    for (const connection of pool.connections) connection.on('warning', ({ reason }) => warnings.push(reason))
    const pid = await pidOf(client)
    await client.query('begin; create table left_behind ()')
    client.release()
    expect(await pidOf(pool)).toBe(pid)
    expect(await server.sql("select to_regclass('left_behind')::text as found")).toEqual([{ found: null }])
    expect(warnings).toEqual(['transactionLeftOpen'])
  })

  it('has its failed transaction rolled back, and waits for a statement nobody awaited', async () => {
    const pool = poolOf({ max: 1 })
    const client = await pool.connect()
    const pid = await pidOf(client)
    const left = errorOf(client.query('begin; select 1/0'))
    client.release()
    expect(pool.idleCount).toBe(0)
    expect(await pidOf(pool)).toBe(pid)
    expect(await left).toMatchObject({ code: '22012' })
  })

  it.each([
    ['settings', 'set statement_timeout = 12345'],
    ['settings', "select set_config('app.who', 'me', false)"],
    ['role', 'set role pg_monitor'],
    ['LISTENs', 'listen somewhere'],
    ['temporary tables', 'create temp table leftover ()'],
    ['advisory locks', 'select pg_advisory_lock(4711)'],
    ['advisory locks', 'do $$ begin perform pg_advisory_lock(4711); end $$'],
  ])('is replaced for its %s: %s', async (trace, text) => {
    const pool = poolOf({ max: 1 })
    const replaced: unknown[] = []
    pool.on('replaced', ({ traces }) => replaced.push(...traces))
    const client = await pool.connect()
    const pid = await pidOf(client)
    await client.query(text)
    client.release()
    expect(await pidOf(pool)).not.toBe(pid)
    expect(replaced).toEqual([trace])
  })

  it('is lent again where its borrower tidied up', async () => {
    const pool = poolOf({ max: 1 })
    const client = await pool.connect()
    const pid = await pidOf(client)
    await client.query('set statement_timeout = 12345; listen somewhere; select pg_advisory_lock(7)')
    await client.query('reset statement_timeout; unlisten *; select pg_advisory_unlock(7)')
    client.release()
    expect(await pidOf(pool)).toBe(pid)
  })

  it('keeps what connect, onConnect and settings did to it', async () => {
    const pool = poolOf({
      max: 1,
      settings: { application_name: 'by settings' },
      onConnect: (client) => client.query("set timezone = 'UTC'"),
    })
    pool.on('connect', (client) => void client.query('listen everywhere'))
    const pid = await pidOf(pool)
    const client = await pool.connect()
    await client.query('set lock_timeout = 1; reset lock_timeout')
    client.release()
    expect(await pidOf(pool)).toBe(pid)
    const again = await pool.connect()
    await again.query("set timezone = 'CET'")
    again.release()
    const other = await pool.connect()
    expect(await pidOf(other)).not.toBe(pid)
    expect((await other.query('show timezone')).rows).toEqual([{ TimeZone: 'UTC' }])
    other.release()
  })

  it('is replaced where a function did it, when every release is looked at', async () => {
    await server.sql('create function hidden() returns void language sql as $$ select pg_advisory_lock(5) $$')
    const pool = poolOf({ max: 1, cleanSessions: 'always' })
    const client = await pool.connect()
    const pid = await pidOf(client)
    await client.query('select hidden()')
    client.release()
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('is replaced when a cursor on it stays open', async () => {
    const pool = poolOf({ max: 1, cleanTimeoutMs: 50 })
    const client = await pool.connect()
    const pid = await pidOf(client)
    const cursor = client.query(new Cursor('select generate_series(1, 10) as n'))
    expect(await cursor.read(2)).toHaveLength(2)
    client.release()
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('is lent as it is where nobody wants it cleaned', async () => {
    const pool = poolOf({ max: 1, cleanSessions: 'never' })
    await pool.query("set application_name = 'mine'")
    expect((await pool.query('show application_name')).rows).toEqual([{ application_name: 'mine' }])
  })
})
