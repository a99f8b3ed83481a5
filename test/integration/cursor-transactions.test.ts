import { afterAll, describe, expect, it } from 'vitest'
import { HandleRevokedError, NestedUseError, TransactionControlError } from '../../src/index.ts'
import { openConnection } from '../support/open-connection.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const numbers = (last: number) => `select n from generate_series(1, ${last}) n`
const upTo = (last: number) => Array.from({ length: last }, (_, index) => ({ n: index + 1 }))

describe('a cursor on a connection', () => {
  it('sends nothing before its first fetch', async () => {
    const connection = await openConnection(server)
    const cursor = connection.cursor('selec nothing')
    expect([connection.pending, connection.state]).toEqual([0, 'connected'])
    await cursor.close()
  })

  it('holds its session in a transaction of its own until it has ended', async () => {
    const connection = await openConnection(server)
    const cursor = connection.cursor(numbers(9))
    await cursor.fetchMany(2)
    expect([connection.state, connection.transactionStatus]).toEqual(['inTransaction', 'inTransaction'])
    const order: string[] = []
    const other = connection.query('select 1').then(() => order.push('other'))
    const second = connection.cursor(numbers(2)).fetchAll()
    await cursor.fetchMany(2)
    order.push('fetched')
    await cursor.close()
    await Promise.all([other, second])
    expect(order).toEqual(['fetched', 'other'])
    expect([connection.state, connection.transactionStatus]).toEqual(['connected', 'idle'])
  })

  it('lets go of it with the last row', async () => {
    const connection = await openConnection(server)
    expect(await connection.cursor(numbers(3)).fetchAll()).toHaveLength(3)
    const cursor = connection.cursor(numbers(3))
    await cursor.fetchMany(4)
    expect(connection.state).toBe('connected')
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('commits at a good end and rolls back on an error', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp sequence s; create temp table t (n int)')
    await connection.query(
      `create function pg_temp.put(n int) returns int language sql as 'insert into t values (n) returning n'`,
    )
    const put = 'select pg_temp.put(n) from generate_series(1, 5) n'
    const stored = async () => (await connection.query('select n from t order by n')).rows
    const closed = connection.cursor(put)
    await closed.fetchMany(2)
    await closed.close()
    expect(await stored()).toEqual(upTo(2))
    for await (const _row of connection.cursor(put, [], { batchSize: 3 })) break
    expect(await stored()).toHaveLength(5)
    const mine = new Error('mine')
    const mapRow = ([n]: unknown[]) => {
      if (n === 3) throw mine
      return n
    }
    const mapped = connection.cursor(put, [], { mapRow })
    await mapped.fetchMany(2)
    await expect(mapped.fetchOne()).rejects.toBe(mine)
    await expect(mapped.fetchOne()).rejects.toBe(mine)
    await mapped.close()
    const dividing = connection.cursor('select pg_temp.put(1 / (3 - n)) from generate_series(1, 5) n')
    await dividing.fetchMany(2)
    await expect(dividing.fetchOne()).rejects.toMatchObject({ code: '22012' })
    await expect(dividing.fetchAll()).rejects.toMatchObject({ code: '22012' })
    expect(await stored()).toHaveLength(5)
  })

  it('tells at its close what its transaction failed with in the end', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table t (n int unique deferrable initially deferred)')
    await connection.query(
      `create function pg_temp.put(n int) returns int language sql as 'insert into t values (n) returning n'`,
    )
    const twice = 'select pg_temp.put(1) from generate_series(1, 2)'
    const cursor = connection.cursor(twice)
    await cursor.fetchMany(2)
    await expect(cursor.close()).rejects.toMatchObject({ code: '23505' })
    await expect(connection.cursor(twice).fetchAll()).rejects.toMatchObject({ code: '23505' })
    expect((await connection.query('select n from t')).rows).toEqual([])
  })

  it.each([
    ['an INSERT … RETURNING', 'insert into nowhere values (1) returning 1', /42601/],
    ['several statements', 'select 1; select 2', /42601/],
    ['several statements, one of which could copy', `select 1; copy pgs_none from stdin`, /42601/],
    ['no statement', '', /42601/],
    ['a table that is not there', 'select 1 from nowhere', /42P01/],
    [
      'a CTE that writes',
      'with w as (insert into pg_class values (1) returning 1) select 1',
      /^(0A000|42501|42804|42601)$/,
    ],
    ['a COPY', 'copy pg_class from stdin', /42601/],
  ])('refuses %s in the words of the server, and nothing else suffers', async (_, text, code) => {
    const connection = await openConnection(server)
    const { processId } = connection
    const cursor = connection.cursor(text)
    const matching = expect.stringMatching(code)
    await expect(cursor.fetchOne()).rejects.toMatchObject({ code: matching, severity: 'ERROR' })
    await expect(cursor.fetchOne()).rejects.toMatchObject({ code: matching })
    await cursor.close()
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(connection.processId).toBe(processId)
  })

  it('makes rows as the connection says', async () => {
    const arrays = await openConnection(server, { rowMode: 'array' })
    expect(await arrays.cursor('select 1, 2').fetchAll()).toEqual([[1, 2]])
    const mapped = await openConnection(server, { mapRow: (values) => values.join('-') })
    expect(await mapped.cursor('select 1, 2').fetchAll()).toEqual(['1-2'])
    expect(await mapped.transaction((tx) => tx.cursor('select 3, 4').fetchAll())).toEqual(['3-4'])
    expect(await mapped.cursor({ text: 'select 1, 2', rowMode: 'array' }).fetchAll()).toEqual([[1, 2]])
    expect(await mapped.cursor('select 1, 2', [], { mapRow: ([a]) => a }).fetchAll()).toEqual([1])
  })

  it('is no nested use from outside, and refused from inside of its own transaction', async () => {
    const connection = await openConnection(server)
    const cursor = connection.cursor(numbers(3))
    await connection.transaction(async () => {
      await expect(cursor.fetchOne()).rejects.toBeInstanceOf(NestedUseError)
    })
    await connection.session(async () => {
      await expect(connection.cursor(numbers(3)).fetchAll()).rejects.toBeInstanceOf(NestedUseError)
    })
    const detached = await connection.transaction(async () => ({
      rows: connection.cursor(numbers(3), [], { detached: true }).fetchAll(),
    }))
    expect(await detached.rows).toEqual(upTo(3))
    expect(await cursor.fetchAll()).toEqual(upTo(3))
  })

  it('counts as one request against the limit of the queue', async () => {
    const connection = await openConnection(server, { queueLimit: 1 })
    const slow = connection.query('select pg_sleep(0.05)')
    const cursor = connection.cursor(numbers(3))
    await expect(cursor.fetchOne()).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    await slow
    expect(await cursor.fetchAll()).toEqual(upTo(3))
  })
})

describe('a cursor in a transaction', () => {
  it('is over with it', async () => {
    const connection = await openConnection(server)
    const cursors = await connection.transaction(async (tx) => {
      const fetched = tx.cursor(numbers(3), [], { batchSize: 2 })
      const iterator = fetched[Symbol.asyncIterator]()
      await iterator.next()
      return { fetched, iterator, unused: tx.cursor(numbers(3)) }
    })
    await expect(cursors.fetched.fetchOne()).rejects.toBeInstanceOf(HandleRevokedError)
    await expect(cursors.iterator.next()).rejects.toBeInstanceOf(HandleRevokedError)
    await expect(cursors.unused.fetchOne()).rejects.toBeInstanceOf(HandleRevokedError)
    await Promise.all([cursors.fetched.close(), cursors.unused.close()])
    expect(connection.state).toBe('connected')
  })

  it('is waited for when its fetch was not awaited', async () => {
    const connection = await openConnection(server)
    let rows: unknown
    await connection.transaction((tx) => {
      void tx
        .cursor(numbers(3))
        .fetchAll()
        .then((all) => (rows = all))
    })
    expect(rows).toEqual(upTo(3))
  })

  it('outlives a savepoint that was rolled back, and refuses whoever is inside of one', async () => {
    const connection = await openConnection(server)
    await connection.transaction(async (tx) => {
      const cursor = tx.cursor(numbers(3))
      await cursor.fetchOne()
      const nested = tx.transaction(async (inner) => {
        await expect(cursor.fetchOne()).rejects.toBeInstanceOf(NestedUseError)
        await inner.query('select 1/0')
      })
      await expect(nested).rejects.toMatchObject({ code: '22012' })
      expect(await cursor.fetchAll()).toEqual([{ n: 2 }, { n: 3 }])
    })
  })

  it('fails with it: the next fetch has the word of the server', async () => {
    const connection = await openConnection(server)
    const failing = connection.transaction(async (tx) => {
      const cursor = tx.cursor(numbers(3))
      await cursor.fetchOne()
      await tx.query('select 1/0').catch(() => undefined)
      await expect(cursor.fetchOne()).rejects.toMatchObject({ code: '25P02' })
      await cursor.close()
    })
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { code: '22012' } })
  })

  it('updates the rows that it reads', async () => {
    const connection = await openConnection(server)
    await connection.query('create temp table t as select n from generate_series(1, 5) n')
    await connection.transaction(async (tx) => {
      for await (const { n } of tx.cursor('select n from t for update', [], { batchSize: 2 })) {
        await tx.query('update t set n = n * 10 where n = $1', [n])
      }
    })
    const { rows } = await connection.query('select sum(n)::int as sum from t')
    expect(rows).toEqual([{ sum: 150 }])
  })
})

describe('a cursor on a session', () => {
  it('begins a transaction that ends with the last of them', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      const [first, second] = [session.cursor(numbers(3)), session.cursor(numbers(3))]
      await Promise.all([first.fetchOne(), second.fetchOne()])
      expect(connection.transactionStatus).toBe('inTransaction')
      await expect(session.transaction(() => 1)).rejects.toBeInstanceOf(TransactionControlError)
      await first.close()
      expect(connection.transactionStatus).toBe('inTransaction')
      expect(await second.fetchAll()).toHaveLength(2)
      expect(connection.transactionStatus).toBe('idle')
      expect(await session.transaction(() => 1)).toBe(1)
    })
  })

  it('rolls back what ran in its transaction when one of them fails, and all of them fail by it', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await session.query('create temp table t (n int)')
      const fine = session.cursor(numbers(3))
      await fine.fetchOne()
      await session.query('insert into t values (1)')
      const mine = new Error('mine')
      const mapRow = () => {
        throw mine
      }
      await expect(session.cursor('select 1', [], { mapRow }).fetchOne()).rejects.toBe(mine)
      await expect(fine.fetchOne()).rejects.toBe(mine)
      await fine.close()
      expect((await session.query('select n from t')).rows).toEqual([])
      expect(connection.transactionStatus).toBe('idle')
    })
  })

  it('leaves a transaction begun by hand to its owner', async () => {
    const connection = await openConnection(server)
    await connection.session(async (session) => {
      await session.query('begin')
      expect(await session.cursor(numbers(2)).fetchAll()).toEqual(upTo(2))
      expect(connection.transactionStatus).toBe('inTransaction')
      await session.query('rollback')
    })
  })

  it('left open is rolled back and reported with the end of the session', async () => {
    const connection = await openConnection(server)
    const reasons: string[] = []
    connection.on('warning', ({ reason }) => reasons.push(reason))
    const cursor = await connection.session(async (session) => {
      const open = session.cursor(numbers(3))
      await open.fetchOne()
      return { open }
    })
    expect(reasons).toEqual(['transactionLeftOpen'])
    await expect(cursor.open.fetchOne()).rejects.toBeInstanceOf(HandleRevokedError)
  })

  it('works in setup and in recovery handlers', async () => {
    const rows: unknown[] = []
    const connection = await openConnection(server, {
      setup: async (session) => rows.push(await session.cursor(numbers(2)).fetchAll()),
    })
    expect(rows).toEqual([upTo(2)])
    expect(connection.transactionStatus).toBe('idle')
  })
})
