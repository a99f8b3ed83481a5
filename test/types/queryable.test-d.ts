// The signatures of the contract, as its users' code relies on them. What must not compile is said beside it.
import type { FieldDef, QueryArrayResult, QueryResult, QueryResultRow } from 'pg'
import { type CopyStreamQuery, from } from 'pg-copy-streams'
import PgCursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { describe, expectTypeOf, it } from 'vitest'
import type {
  Connection,
  Cursor,
  CursorOptions,
  Queryable,
  RequestOptions,
  RowMapper,
  Session,
  Transaction,
  TransactionOptions,
  WaitOptions,
} from '../../src/index.ts'

declare const connection: Connection
declare const session: Session
declare const transaction: Transaction
interface Account {
  id: number
  name: string
}

describe('query', () => {
  it('has rows of the type it is given, or of any', async () => {
    expectTypeOf((await connection.query('select 1')).rows[0]).toBeAny()
    expectTypeOf(connection.query<Account>('select 1')).resolves.toEqualTypeOf<QueryResult<Account>>()
    expectTypeOf(connection.query<Account>({ text: 'select 1' })).resolves.toEqualTypeOf<
      QueryResult<Account>
    >()
  })

  it('has arrays as rows when its config says so', () => {
    const config = { text: 'select 1', rowMode: 'array' } as const
    expectTypeOf(connection.query(config)).resolves.toEqualTypeOf<QueryArrayResult<unknown[]>>()
    expectTypeOf(connection.query<[number, string]>(config)).resolves.toEqualTypeOf<
      QueryArrayResult<[number, string]>
    >()
  })

  it('takes values that are readonly, and options of its own', () => {
    const values: readonly unknown[] = [1]
    expectTypeOf(connection.query('select $1', values)).resolves.toHaveProperty('rows')
    void connection.query('select $1', [1] as const, { timeoutMs: 5, idempotent: true, detached: true })
    void connection.query({ text: 'select $1', values: [1], name: 'n', timeoutMs: 5, mapRow: (row) => row })
    void connection.query({ text: 'select 1', rowMode: 'array', timeoutMs: 5 })
    // @ts-expect-error a text is needed
    void connection.query()
    // @ts-expect-error not a number
    void connection.query(5)
    // @ts-expect-error values are an array
    void connection.query('select $1', 5)
    // @ts-expect-error no such option
    void connection.query('select 1', [], { timeout: 5 })
    // @ts-expect-error milliseconds are a number
    void connection.query('select 1', [], { timeoutMs: '5' })
    // @ts-expect-error rows are objects with columns
    void connection.query<number>('select 1')
  })
})

describe('execute, call and notify', () => {
  it('promise what the contract says', () => {
    expectTypeOf(connection.execute('select 1')).resolves.toBeNumber()
    expectTypeOf(
      connection.execute({ text: 'select 1', idempotent: true }, [1], { timeoutMs: 5 }),
    ).resolves.toBeNumber()
    expectTypeOf(connection.call<Account>('f', [1] as const, { timeoutMs: 5 })).resolves.toEqualTypeOf<
      QueryResult<Account>
    >()
    expectTypeOf(connection.notify('c')).resolves.toBeVoid()
    void connection.notify('c', 'payload', { timeoutMs: 5 })
    // @ts-expect-error a payload is text
    void connection.notify('c', 5)
    // @ts-expect-error to wait for is all there is
    void connection.notify('c', 'payload', { mapRow: () => 1 })
  })
})

describe('a submittable', () => {
  it('comes back from a session as what it is, and is nothing to others', () => {
    expectTypeOf(session.query(new PgCursor('select 1'))).toEqualTypeOf<PgCursor>()
    expectTypeOf(session.query(new QueryStream('select 1'))).toEqualTypeOf<QueryStream>()
    expectTypeOf(session.query(from('copy t from stdin'))).toEqualTypeOf<CopyStreamQuery>()
    expectTypeOf(session.query<Account>('select 1')).resolves.toEqualTypeOf<QueryResult<Account>>()
    expectTypeOf(session.query({ text: 'select 1', rowMode: 'array' })).resolves.toEqualTypeOf<
      QueryArrayResult<unknown[]>
    >()
    // @ts-expect-error a connection is shared
    void connection.query(new PgCursor('select 1'))
  })
})

describe('cursor', () => {
  it('has rows of the type it is given, or of any', () => {
    expectTypeOf(connection.cursor('select 1').fetchOne()).resolves.toBeAny()
    const cursor = connection.cursor<Account>('select $1', [1] as const, { batchSize: 5, idleTimeoutMs: 5 })
    expectTypeOf(cursor).toEqualTypeOf<Cursor<Account>>()
    expectTypeOf(cursor.fetchOne()).resolves.toEqualTypeOf<Account | undefined>()
    expectTypeOf(cursor.fetchMany(5, { timeoutMs: 5 })).resolves.toEqualTypeOf<Account[]>()
    expectTypeOf(cursor.fetchAll({ signal: new AbortController().signal })).resolves.toEqualTypeOf<
      Account[]
    >()
    expectTypeOf(cursor.close()).resolves.toBeVoid()
    expectTypeOf(cursor).toExtend<AsyncIterable<Account> & AsyncDisposable>()
    expectTypeOf<CursorOptions>().toExtend<RequestOptions>()
  })

  it('has arrays as rows when its config says so', () => {
    const config = { text: 'select 1', rowMode: 'array' } as const
    expectTypeOf(transaction.cursor(config)).toEqualTypeOf<Cursor<unknown[]>>()
    expectTypeOf(session.cursor<[number, string]>(config)).toEqualTypeOf<Cursor<[number, string]>>()
  })

  it('takes the options that are its own', () => {
    const mapped = connection.cursor('select 1', [], { mapRow: (row) => row, detached: true, timeoutMs: 5 })
    expectTypeOf(mapped.fetchOne()).resolves.toBeAny()
    // @ts-expect-error no such option
    connection.cursor('select 1', [], { highWaterMark: 5 })
    // @ts-expect-error how many is a number
    void connection.cursor('select 1').fetchMany('5')
  })
})

describe('a Queryable', () => {
  it('is what connections, sessions and transactions are', () => {
    expectTypeOf(connection).toExtend<Queryable>()
    expectTypeOf(session).toExtend<Queryable>()
    expectTypeOf(transaction).toExtend<Queryable>()
    expectTypeOf(session.processId).toEqualTypeOf<number>()
    expectTypeOf(transaction.processId).toEqualTypeOf<number>()
  })

  it('is enough for code that runs on any of them', () => {
    const count = async (on: Queryable): Promise<number> => {
      const { rows } = await on.query<{ n: number }>('select 1 as n')
      return rows[0]?.n ?? 0
    }
    expectTypeOf(count(connection)).resolves.toBeNumber()
    void connection.transaction((tx) => count(tx))
    void connection.session((own) => count(own))
  })
})

describe('options', () => {
  it('build on each other', () => {
    expectTypeOf<WaitOptions>().toEqualTypeOf<{ signal?: AbortSignal; timeoutMs?: number }>()
    expectTypeOf<RequestOptions>().toExtend<WaitOptions>()
    expectTypeOf<TransactionOptions>().toExtend<RequestOptions>()
    expectTypeOf<RowMapper>().toEqualTypeOf<(values: unknown[], fields: FieldDef[]) => unknown>()
    expectTypeOf<RequestOptions['mapRow']>().toEqualTypeOf<RowMapper | undefined>()
    expectTypeOf<RequestOptions['idempotent']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<RequestOptions['detached']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<NonNullable<TransactionOptions['isolation']>>().toEqualTypeOf<
      'read committed' | 'repeatable read' | 'serializable'
    >()
    expectTypeOf<TransactionOptions['retry']>().toEqualTypeOf<
      boolean | { attempts: number; backoff?: () => Iterable<number> } | undefined
    >()
  })
})

describe('transaction and session', () => {
  it('resolve to what their work returns, promise or not', () => {
    expectTypeOf(connection.transaction(() => 5)).resolves.toBeNumber()
    expectTypeOf(connection.transaction(async () => 'x')).resolves.toBeString()
    expectTypeOf(connection.transaction((tx) => tx.execute('select 1'))).resolves.toBeNumber()
    expectTypeOf(connection.session((own) => own.query<Account>('select 1'))).resolves.toEqualTypeOf<
      QueryResult<Account>
    >()
    expectTypeOf(session.transaction(() => 5, { isolation: 'serializable' })).resolves.toBeNumber()
    expectTypeOf(transaction.transaction(() => 5, { timeoutMs: 5 })).resolves.toBeNumber()
  })

  it('take the options that are theirs', () => {
    void connection.transaction(() => 5, {
      readOnly: true,
      deferrable: true,
      retry: true,
      timeoutMs: 5,
      idempotent: true,
    })
    void connection.transaction(() => 5, { verifyCommit: false })
    void connection.transaction(() => 5, { retry: { attempts: 2, backoff: () => [1, 2] } })
    void connection.session(() => 5, { timeoutMs: 5 })
    expectTypeOf(transaction).not.toHaveProperty('session')
    expectTypeOf(session).not.toHaveProperty('end')
    // @ts-expect-error no such isolation
    void connection.transaction(() => 5, { isolation: 'snapshot' })
    // @ts-expect-error the number of attempts has a name
    void connection.transaction(() => 5, { retry: 3 })
    // @ts-expect-error a session is in no transaction
    void connection.session(() => 5, { readOnly: true })
    // @ts-expect-error a nested transaction is what its outer one is
    void transaction.transaction(() => 5, { isolation: 'serializable' })
    // @ts-expect-error work is a function
    void connection.transaction('select 1')
  })

  it('keep rows apart from what is no row', () => {
    expectTypeOf<Account>().not.toExtend<number>()
    expectTypeOf<QueryResultRow>().toExtend<object>()
  })
})
