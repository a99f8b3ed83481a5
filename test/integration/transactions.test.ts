import { afterAll, describe, expect, it } from 'vitest'
import { type Transaction, TransactionAbortedError } from '../../src/index.ts'
import { openConnection, worldOfTest } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
await server.sql('drop table if exists pgs_account; create table pgs_account (id int primary key, cents int)')
afterAll(async () => {
  await server.sql('drop table pgs_account')
  await server.dispose()
})

const show = async (tx: Transaction, setting: string) => {
  const { rows } = await tx.query<Record<string, string>>(`show ${setting}`)
  return Object.values(rows[0]!)[0]
}
const stored = (id: number) => server.sql('select cents from pgs_account where id = $1', [id])

describe('a transaction', () => {
  it('commits what its work did, and passes its result on (txpostgres 28)', async () => {
    const connection = await openConnection(server)
    const result = await connection.transaction(async (tx) => {
      await tx.query('insert into pgs_account values (1, 100)')
      expect(connection.state).toBe('inTransaction')
      expect(connection.transactionStatus).toBe('inTransaction')
      expect(await stored(1)).toEqual([])
      return { some: 'result' }
    })
    expect(result).toEqual({ some: 'result' })
    expect(await stored(1)).toEqual([{ cents: 100 }])
    expect(connection.transactionStatus).toBe('idle')
  })

  it('takes work that is not async, and work that asks for nothing', async () => {
    const connection = await openConnection(server)
    expect(await connection.transaction(() => 5)).toBe(5)
    expect(await connection.transaction((tx) => tx.execute('insert into pgs_account values (2, 0)'))).toBe(1)
    expect(await stored(2)).toEqual([{ cents: 0 }])
  })

  it.each([
    ['an Error', new Error('changed my mind')],
    ['a plain object', { reason: 'changed my mind' }],
    ['a word', 'no'],
    ['undefined', undefined],
    ['null', null],
    ['false', false],
  ])(
    'is rolled back when its work rejects with %s, and rejects with the very same',
    async (_, fault: unknown) => {
      const connection = await openConnection(server)
      const told = await connection
        .transaction(async (tx) => {
          await tx.query('insert into pgs_account values (3, 100)')
          throw fault
        })
        .then(
          () => ({ resolved: true }),
          (error: unknown) => ({ error }),
        )
      expect(told).toEqual({ error: fault })
      expect((told as { error: unknown }).error).toBe(fault)
      expect(await stored(3)).toEqual([])
      expect(connection.transactionStatus).toBe('idle')
    },
  )

  it('is rolled back when its work throws at once', async () => {
    const connection = await openConnection(server)
    const fault = new Error('at once')
    const failing = connection.transaction(() => {
      throw fault
    })
    await expect(failing).rejects.toBe(fault)
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('runs on one session, that of the connection', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      const { rows } = await tx.query('select pg_backend_pid() as pid')
      expect(rows).toEqual([{ pid: connection.processId }])
      expect(tx.processId).toBe(connection.processId)
    })
  })

  it('keeps the statements of other callers outside: they wait for its end', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    let begun = () => {}
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    const transaction = connection.transaction(async (tx) => {
      await tx.query('insert into pgs_account values (4, 100)')
      begun()
      await tx.query('select pg_sleep(0.03)')
      order.push('work')
      throw new Error('undone')
    })
    await hasBegun
    const foreign = connection
      .query('insert into pgs_account values (5, 100)')
      .then(() => order.push('foreign'))
    expect(connection.pending).toBe(2)
    await expect(transaction).rejects.toThrow('undone')
    await foreign
    expect(order).toEqual(['work', 'foreign'])
    expect(await stored(4)).toEqual([])
    expect(await stored(5)).toEqual([{ cents: 100 }])
  })

  it('begins behind what was asked before it, and before what was asked after', async () => {
    const connection = await openConnection(server)
    const order: string[] = []
    const note = (word: string) => () => order.push(word)
    await Promise.all([
      connection.query('select pg_sleep(0.02)').then(note('before')),
      connection.transaction((tx) => tx.query('select 1')).then(note('first transaction')),
      connection.transaction((tx) => tx.query('select 1')).then(note('second transaction')),
      connection.query('select 1').then(note('after')),
    ])
    expect(order).toEqual(['before', 'first transaction', 'second transaction', 'after'])
  })

  it.each([
    [{ isolation: 'read committed' }, 'read committed', 'off', 'off'],
    [{ isolation: 'repeatable read' }, 'repeatable read', 'off', 'off'],
    [{ isolation: 'serializable', readOnly: true, deferrable: true }, 'serializable', 'on', 'on'],
    [{ readOnly: true }, 'read committed', 'on', 'off'],
    [{ readOnly: false, deferrable: false }, 'read committed', 'off', 'off'],
    [{}, 'read committed', 'off', 'off'],
  ] as const)('with %j is what it was asked to be', async (options, isolation, readOnly, deferrable) => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      expect(await show(tx, 'transaction_isolation')).toBe(isolation)
      expect(await show(tx, 'transaction_read_only')).toBe(readOnly)
      expect(await show(tx, 'transaction_deferrable')).toBe(deferrable)
    }, options)
    const { rows } = await connection.query('show transaction_isolation')
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }])
  })

  it('that is read only refuses to write, and leaves the connection alone', async () => {
    const connection = await openConnection(server)
    const { processId } = connection
    const writing = connection.transaction((tx) => tx.query('insert into pgs_account values (6, 1)'), {
      readOnly: true,
    })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
    expect(connection.processId).toBe(processId)
  })

  it('rejects with the error of its COMMIT, which has rolled it back: a deferred constraint', async () => {
    const world = await worldOfTest(server)
    const connection = await world.connect()
    await server.sql('drop table if exists pgs_seat')
    await server.sql('create table pgs_seat (n int unique deferrable initially deferred)')
    const order = connection.transaction(async (tx) => {
      await tx.query('insert into pgs_seat values (1)')
      await tx.query('insert into pgs_seat values (1)')
    })
    await expect(order).rejects.toMatchObject({ code: '23505', constraint: 'pgs_seat_n_key' })
    expect(await server.sql('select * from pgs_seat')).toEqual([])
    expect(connection.transactionStatus).toBe('idle')
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await server.sql('drop table pgs_seat')
  })

  it('whose COMMIT is answered by ROLLBACK rejects, and names the first error that was swallowed (txpostgres point 16)', async () => {
    const connection = await openConnection(server)
    const swallowed: unknown[] = []
    const transaction = connection.transaction(async (tx) => {
      await tx.query('insert into pgs_account values (7, 1)')
      await tx.query('select 1/0').catch((error: unknown) => swallowed.push(error))
      expect(connection.transactionStatus).toBe('failed')
      await tx.query('select 1').catch((error: unknown) => swallowed.push(error))
      return 'all is well'
    })
    const error: unknown = await transaction.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TransactionAbortedError)
    expect(error).toMatchObject({ code: 'TRANSACTION_ABORTED', outcome: 'notApplied', retrySafe: false })
    expect((error as Error).cause).toBe(swallowed[0])
    expect(swallowed).toMatchObject([{ code: '22012' }, { code: '25P02' }])
    expect(await stored(7)).toEqual([])
    expect(connection.transactionStatus).toBe('idle')
  })
})

describe('statements of a transaction that nobody awaits', () => {
  it('are waited for before COMMIT (txpostgres point 17)', async () => {
    const connection = await openConnection(server)
    await connection.transaction((tx) => {
      void tx.query('select pg_sleep(0.02)')
      void tx.query('insert into pgs_account values (8, 1)')
      void tx.transaction((nested) => nested.query('insert into pgs_account values (9, 1)'))
    })
    expect(await stored(8)).toEqual([{ cents: 1 }])
    expect(await stored(9)).toEqual([{ cents: 1 }])
  })

  it.each<[string, (tx: Transaction) => unknown]>([
    ['query', (tx) => tx.query('select 1/0')],
    ['execute', (tx) => tx.execute('select 1/0')],
    ['call', (tx) => tx.call('pgs_no_such_function')],
    ['notify', (tx) => tx.query('select 1/0').then(() => tx.notify('c'))],
    ['notify of a bad channel', (tx) => tx.notify('')],
    ['bad input', (tx) => tx.query(5 as never)],
    ['transaction', (tx) => tx.transaction((nested) => nested.query('select 1/0'))],
    ['a mapRow that throws', (tx) => tx.query('select 1', [], { mapRow: () => JSON.parse('{') as unknown })],
  ])('count as handled when they reject: %s', async (what, ask) => {
    const connection = await openConnection(server)
    const unhandled: unknown[] = []
    const hear = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', hear)
    const failsTheTransaction = !/bad|nested|transaction|mapRow/.test(what)
    const told = await connection
      .transaction((tx) => {
        const promise = ask(tx)
        if (what === 'notify') void (promise as Promise<unknown>).catch(() => {})
      })
      .then(
        () => 'committed',
        (error: { code: string }) => error.code,
      )
    expect(told).toBe(failsTheTransaction ? 'TRANSACTION_ABORTED' : 'committed')
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', hear)
    expect(unhandled).toEqual([])
  })
})
