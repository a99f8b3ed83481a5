import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CommitOutcomeUnknownError, type ConnectionConfig, ConnectionLostError } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import type { HeldMessage } from '../support/proxy/held-message.ts'
import { carries, completes, type WireMessage } from '../support/tcp-proxy.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld, type World } from '../support/world.ts'

const server = await testServer()
afterAll(() => server.dispose())

const verifying = { verifyCommit: true } as const

function worldWith(config: ConnectionConfig = {}): Promise<World> {
  return openWorld({ server, proxy: true, connections: 1, config: { ...verifying, ...config } })
}

/** Inserts a marker in a transaction; returns how to tell whether it is stored. */
function transact(world: World, options = {}) {
  const connection = world.connections[0]!
  const markers: string[] = []
  let runs = 0
  const done = world.operation((marker) => {
    markers.push(marker)
    return connection.transaction(async (tx) => {
      await tx.query(world.insert, [marker])
      return ++runs
    }, options)
  })
  return { connection, done, applied: () => world.applied(markers[0]!) }
}

/** COMMIT is done, and its answer is on the way. */
const answer = (world: World): HeldMessage => world.proxy.holdNext(completes('COMMIT'), 'toClient')
/** COMMIT is on the way. */
const question = (world: World): HeldMessage => world.proxy.holdNext(carries(/^commit/i), 'toServer')

describe('a COMMIT whose answer was lost, and that is verified', () => {
  it('resolves where the server has done it', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const { connection, done, applied } = transact(world)
    await commit.arrived()
    world.proxy.cut()
    await expect(done).resolves.toBe(1)
    expect(await applied()).toBe(true)
    expect(world.noticesOf(connection, 'lost')).toMatchObject([{ failure: { phase: 'committing' } }])
    await connection.ready()
  })

  it('is not applied, and worth repeating, where it never reached the server', async () => {
    await using world = await worldWith()
    const commit = question(world)
    const { connection, done, applied } = transact(world)
    await commit.arrived()
    world.proxy.cut()
    const error = await done.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ outcome: 'notApplied', retrySafe: true })
    expect(await applied()).toBe(false)
    await connection.ready()
  })

  it('is repeated by itself where it was not applied and is to be', async () => {
    await using world = await worldWith()
    const commit = question(world)
    const { done } = transact(world, { retry: true })
    await commit.arrived()
    world.proxy.cut()
    await expect(done).resolves.toBe(2)
  })

  it('stays undone when it arrives late: the server process that waits for it is ended first', async () => {
    await using world = await worldWith()
    const commit = question(world)
    const { connection, done, applied } = transact(world)
    await commit.arrived()
    // The client is told of an end that its server knows nothing of.
    world.proxy.halfClose('client')
    await expect(done).rejects.toMatchObject({ outcome: 'notApplied' })
    await connection.ready()
    commit.release()
    await connection.query('select pg_stat_clear_snapshot()')
    expect(await applied()).toBe(false)
  })

  it('keeps what was asked meanwhile waiting, in the state reconnecting', async () => {
    await using world = await worldWith({ whileDown: { waitMs: 5000 } })
    const commit = question(world)
    const { connection, done } = transact(world)
    const order: string[] = []
    void done.then(null, () => order.push('verdict'))
    await commit.arrived()
    world.proxy.halfClose('client')
    await world.told(connection, 'reconnecting')
    const after = connection.query('select 1').then(() => order.push('query'))
    await Promise.allSettled([done, after])
    expect(order).toEqual(['verdict', 'query'])
  })

  it('is asked about again when the session that was asked is lost too', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const { connection, done } = transact(world)
    await commit.arrived()
    const asking = world.proxy.holdNext(({ text }) => text.includes('pg_xact_status'), 'toServer')
    world.proxy.cut()
    await asking.arrived()
    expect(connection.state).toBe('reconnecting')
    world.proxy.cut()
    await expect(done).resolves.toBe(1)
  })

  it('is asked about for one transaction only, where that asks for it', async () => {
    await using world = await worldWith({ verifyCommit: false })
    const commit = answer(world)
    const { done } = transact(world, verifying)
    await commit.arrived()
    world.proxy.cut()
    await expect(done).resolves.toBe(1)
  })

  it('is unknown without being asked for, with the evidence', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const { done } = transact(world, { verifyCommit: false })
    await commit.arrived()
    world.proxy.cut()
    await expect(done).rejects.toMatchObject({ outcome: 'unknown', transactionId: undefined })
  })
})

describe('a COMMIT that can not be verified', () => {
  /** What is known of it; a rejection of another kind fails the test. */
  const evidenceOf = async (done: Promise<unknown>): Promise<string> => {
    const error = await done.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CommitOutcomeUnknownError)
    expect(error).toMatchObject({ outcome: 'unknown', transactionId: expect.stringMatching(/^\d+$/) })
    return (error as CommitOutcomeUnknownError).evidence
  }

  it('is unknown when no session comes about', async () => {
    await using world = await worldWith({ reconnect: { backoff: () => [0] } })
    const commit = answer(world)
    const { done } = transact(world)
    await commit.arrived()
    world.proxy.refuse()
    world.proxy.cut()
    expect(await evidenceOf(done)).toMatch(/no session came about/)
  })

  it('is unknown without supervision', async () => {
    await using world = await worldWith({ reconnect: false })
    const commit = answer(world)
    const { done } = transact(world)
    await commit.arrived()
    world.proxy.cut()
    expect(await evidenceOf(done)).toMatch(/no session came about/)
  })

  it('is unknown when the connection is ended while it is asked about', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const { connection, done } = transact(world)
    await commit.arrived()
    const asking = world.proxy.holdNext(({ text }) => text.includes('pg_xact_status'), 'toServer')
    world.proxy.cut()
    await asking.arrived()
    void connection.end()
    expect(await evidenceOf(done)).toMatch(/ended before its answer came/)
  })

  it('is unknown when its deadline passes while it is asked about', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const { connection, done } = transact(world, { timeoutMs: 1000 })
    await commit.arrived()
    const asking = world.proxy.holdNext(({ text }) => text.includes('pg_xact_status'), 'toServer')
    world.proxy.cut()
    await asking.arrived()
    await expect(done).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT', outcome: 'unknown' })
    asking.release()
    await connection.ready()
  })

  it('is unknown on another timeline: its id may be somebody else there', async (context) => {
    server.mustBeStoppable(context)
    await using world = await worldWith({
      reconnect: { backoff: () => Array.from({ length: 200 }, () => 50) },
    })
    const commit = answer(world)
    const { done } = transact(world)
    await commit.arrived()
    const [where] = await server.sql<{ data_directory: string }>('show data_directory')
    world.proxy.refuse()
    world.proxy.cut()
    await server.stop('immediate')
    // What comes out of an archive recovery is a new timeline, as it is after a promotion.
    await writeFile(join(where!.data_directory, 'recovery.signal'), '')
    await server.start({ restore_command: 'exit 1' })
    await eventually(
      async () => (await server.sql<{ is: boolean }>('select not pg_is_in_recovery() as is'))[0]!.is,
      { what: 'the server has left recovery' },
    )
    await world.proxy.listen()
    expect(await evidenceOf(done)).toMatch(/on another timeline: 00000002 instead of 00000001/)
  })
})

/** Not the one that each session is asked once, outside of a transaction. */
const isWitnessQuestion = ({ text }: WireMessage): boolean =>
  text.includes('pg_current_xact_id') && !text.includes('pg_control_system')

describe('a transaction that verifies', () => {
  it('takes its snapshot after the first statement of its own', async () => {
    await using world = await worldWith()
    const [connection] = world.connections
    const other = await world.connect({ verifyCommit: false })
    await other.query('create table if not exists seen (n int); truncate seen')
    const seen = await connection!.transaction(
      async (tx) => {
        await tx.query('lock table seen in share mode nowait')
        return (await tx.query<{ n: number }>('select count(*)::int as n from seen')).rows[0]!.n
      },
      { isolation: 'repeatable read' },
    )
    expect(seen).toBe(0)
    await other.query('drop table seen')
  })

  it('costs no statement where it is READ ONLY, and none without verifyCommit', async () => {
    await using world = await worldWith()
    const [connection] = world.connections
    const assigned = 'select pg_current_xact_id_if_assigned() as id'
    const idIn = (options: object) =>
      connection!.transaction(async (tx) => {
        await tx.query('select 1')
        return (await tx.query<{ id: string | null }>(assigned)).rows[0]!.id
      }, options)
    expect(await idIn({ readOnly: true })).toBeNull()
    expect(await idIn({ verifyCommit: false })).toBeNull()
    expect(await idIn({})).toMatch(/^\d+$/)
  })

  it('is not asked about where it is READ ONLY, which its evidence says', async () => {
    await using world = await worldWith()
    const commit = answer(world)
    const done = world.connections[0]!.transaction((tx) => tx.query('select 1'), { readOnly: true })
    await Promise.all([
      expect(done).rejects.toMatchObject({ evidence: expect.stringMatching(/READ ONLY/) }),
      commit.arrived().then(() => world.proxy.cut()),
    ])
  })

  it('commits as ever where the server refuses to tell who it is', async () => {
    await using world = await worldWith()
    await server.sql('revoke execute on function pg_control_system() from public')
    await server.sql(`do $$ begin create role plain; exception when duplicate_object then null; end $$`)
    try {
      const plain = await world.connect({ settings: { role: 'plain' } })
      await expect(plain.transaction((tx) => tx.query('select 1 as n'))).resolves.toMatchObject({
        rows: [{ n: 1 }],
      })
    } finally {
      await server.sql('grant execute on function pg_control_system() to public')
    }
  })

  it('is lost like any other before COMMIT, also while it is asked for its id', async () => {
    await using world = await worldWith()
    const asking = world.proxy.holdNext(isWitnessQuestion, 'toServer')
    const { done } = transact(world)
    await asking.arrived()
    world.proxy.cut()
    await expect(done).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'notApplied' })
  })

  it('rolls back and rejects as ever', async () => {
    await using world = await worldWith()
    const [connection] = world.connections
    await expect(connection!.transaction((tx) => tx.query('select 1/0'))).rejects.toMatchObject({
      code: '22012',
    })
    await expect(connection!.transaction(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    await expect(connection!.transaction(() => 'nothing asked')).resolves.toBe('nothing asked')
    const swallowing = connection!.transaction((tx) => tx.query('select 1/0').catch(() => 'swallowed'))
    await expect(swallowing).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { code: '22012' } })
  })
})
