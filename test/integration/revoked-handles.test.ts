import { afterAll, describe, expect, it } from 'vitest'
import { HandleRevokedError, type Queryable, type Session, type Transaction } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
// Its COMMIT takes a while, and says when it has begun.
await server.sql(`
  drop table if exists pgs_slow, pgs_late;
  create table pgs_slow (n int);
  create table pgs_late (n int);
  create or replace function pgs_slow_commit() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.1); return null; end $$;
  create constraint trigger slow after insert on pgs_slow deferrable initially deferred
    for each row execute function pgs_slow_commit();
`)
afterAll(async () => {
  await server.sql('drop table pgs_slow, pgs_late; drop function pgs_slow_commit')
  await server.dispose()
})

const late = () => server.sql('select * from pgs_late')

function usesOf(handle: Queryable & { transaction: Transaction['transaction'] }): Promise<unknown>[] {
  return [
    handle.query('insert into pgs_late values (1)'),
    handle.execute('insert into pgs_late values (1)'),
    handle.call('now'),
    handle.notify('c'),
    handle.cursor('select 1').fetchOne(),
    handle.query('select 1', [], { detached: true }),
    handle.transaction(() => 1),
  ]
}

async function expectRevoked(uses: Promise<unknown>[]): Promise<void> {
  for (const use of uses) {
    await expect(use).rejects.toBeInstanceOf(HandleRevokedError)
    await expect(use).rejects.toMatchObject({ code: 'HANDLE_REVOKED', outcome: 'notApplied' })
  }
  expect(await late()).toEqual([])
}

describe('a handle whose callback has settled', () => {
  it('is refused after the transaction, its nested ones and the session have ended (txpostgres point 17)', async () => {
    const connection = await openConnection(server)
    const handles: (Transaction | Session)[] = []
    await connection.transaction(async (tx) => {
      handles.push(tx)
      await tx.transaction((nested) => handles.push(nested))
    })
    await connection.session(async (session) => {
      handles.push(session)
      await session.transaction((tx) => handles.push(tx))
    })
    expect(handles).toHaveLength(4)
    for (const handle of handles) await expectRevoked(usesOf(handle))
    expect(connection.pending).toBe(0)
  })

  it('is refused after a rollback, and while another transaction runs', async () => {
    const connection = await openConnection(server)
    let kept!: Transaction
    const failing = connection.transaction((tx) => {
      kept = tx
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await connection.transaction(async (tx) => {
      await expectRevoked(usesOf(kept))
      await expect(tx.query('select 1 as n')).resolves.toMatchObject({ rows: [{ n: 1 }] })
    })
  })

  it('is refused while its statements are waited for: what was asked before still counts', async () => {
    const connection = await openConnection(server)
    let kept!: Transaction
    const transaction = connection.transaction((tx) => {
      kept = tx
      void tx.query('select pg_sleep(0.05)')
      void tx.transaction((nested) => nested.query('insert into pgs_slow values (1)'))
    })
    await eventually(() => connection.pending > 0, { what: 'the transaction has begun' })
    await eventually(() => kept !== undefined, { what: 'the callback has run' })
    await expectRevoked(usesOf(kept))
    await transaction
    expect(await server.sql('select n from pgs_slow')).toEqual([{ n: 1 }])
  })

  it('is refused while COMMIT is on its way: nothing slips in behind it', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    let kept!: Transaction
    const transaction = connection.transaction(async (tx) => {
      kept = tx
      await tx.query('insert into pgs_slow values (2)')
    })
    await world.running(connection, 'COMMIT')
    await expectRevoked(usesOf(kept))
    await transaction
    expect(await late()).toEqual([])
  })

  it('is refused for the session of setup and of a recovery handler', async () => {
    const world = await worldOfTest(server)
    const kept: Session[] = []
    const connection = await world.connect({
      setup: (session) => kept.push(session),
      whileDown: { waitMs: 5000 },
    })
    connection.addRecoveryHandler((session) => kept.push(session))
    await expectRevoked(usesOf(kept[0] as Session))
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(kept).toHaveLength(3)
    for (const session of kept) await expectRevoked(usesOf(session))
  })

  it('of setup is refused already in a recovery handler', async () => {
    const world = await worldOfTest(server)
    let fromSetup!: Session
    const connection = await world.connect({
      setup: (session) => {
        fromSetup = session
      },
    })
    let told: unknown
    connection.addRecoveryHandler(async () => {
      told = await fromSetup.query('select 1').catch((error: unknown) => error)
    })
    await world.kill(connection)
    await world.told(connection, 'connected', 2)
    expect(told).toBeInstanceOf(HandleRevokedError)
  })
})
