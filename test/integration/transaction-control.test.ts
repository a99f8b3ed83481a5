import { afterAll, describe, expect, it } from 'vitest'
import { TransactionControlError } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

// One connection for all: a statement that slipped through would leave it in a transaction.
const server = await testServer()
const world = await openWorld({ server })
const connection = await world.connect()
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server.dispose()
})

const refused = [
  'begin',
  'BEGIN',
  'Begin Transaction Isolation Level Serializable',
  'begin;',
  'start transaction',
  'START TRANSACTION READ ONLY',
  'commit',
  'commit work',
  'COMMIT AND CHAIN',
  'end',
  'end;',
  'rollback',
  'rollback to a',
  'ROLLBACK TO SAVEPOINT a',
  'abort',
  'savepoint a',
  'release a',
  'RELEASE SAVEPOINT a',
  "prepare transaction 'a'",
  'Prepare  Transaction $$a$$',
  ' \n\t\f\r commit',
  ';commit',
  '; ; commit',
  '-- why not\ncommit',
  '--\n--\ncommit',
  '/* why not */ commit',
  '/**/commit',
  '/* /* nested */ still a comment */ commit',
  '/* */ -- and\n /* again */ commit',
  'commit/* now */',
  'commit--',
  'select 1; commit',
  'select 1;commit;',
  'select 1; /* ; */ commit',
  'select 1; /* /* ; */ ; */ commit; select 2',
  'select 1 -- ;\n; commit',
  "select 'it''s; '; commit",
  "select 'back\\'; commit; select ''",
  "select e'it\\'s; '; commit",
  "select E'\\\\'; commit",
  'select "a""; b" from (select 1 as "a""; b") t; commit',
  'select $$ ; $$; commit',
  'select $a$ $b$ ; $$ $a$; commit',
  'select 1 as a$b$; commit; select 2 as c$b$',
  'select 1 as ü$b$; commit; select 2 as c$b$',
  'select 1;;; rollback',
  'begin; select 1; commit',
  'create function f() returns int begin atomic select 1; end; commit',
  "select u&'\\0041;'; commit",
  "select b'1', x'1f', n'a'; commit",
] as const

const allowed = [
  'select 1',
  "select 'commit'",
  "select '; commit'",
  "select 'it''s; commit'",
  "select e'it\\'s; commit'",
  "select E'\\\\\\'; commit'",
  'select $$; commit$$',
  'select $a$; commit; $b$ $a$',
  'select $ü$; commit; $ü$',
  'select 1 as "; commit"',
  'select 1 as "a""; commit"',
  'select 1 -- ; commit',
  'select 1 /* ; commit */',
  'select 1 /* /* */ ; commit */',
  '/* commit */ select 1',
  '-- commit\nselect 1',
  '/* commit; */',
  'select 1; select 2',
  'select 1; -- commit',
  'select 1 as commit',
  'select 1 as "begin", 2 as "end"',
  'select case when true then 1 end',
  'do $$ begin perform 1; end $$',
  'do $do$ begin begin perform 1; exception when others then null; end; end $do$',
  'prepare pgs_x as select 1; deallocate pgs_x',
  'prepare pgs_x(int) as select $1; execute pgs_x(1); deallocate pgs_x',
  `create or replace function pg_temp.pgs_f() returns int begin atomic select 1; end`,
  `create or replace function pg_temp.pgs_f() returns int
     begin atomic select case when true then 1 else 2 end; select case 1 when 1 then 3 end; end; select 1`,
  `create or replace procedure pg_temp.pgs_p() language sql begin atomic select 1; select 2; end`,
  `create or replace function pg_temp.pgs_g() returns int language plpgsql as $$ begin return 1; end; $$; select 2`,
  '',
  ';',
] as const

describe('transaction control by hand', () => {
  it.each(refused)('%j is refused before sending, on a connection and on a transaction', async (text) => {
    for (const ask of [
      connection.query(text),
      connection.execute(text),
      connection.query({ text, name: 'x' }),
      connection.transaction((tx) => tx.query(text)),
      connection.transaction((tx) => tx.transaction((nested) => nested.query(text))),
      connection.session((session) => session.transaction((tx) => tx.query(text))),
    ]) {
      await expect(ask).rejects.toBeInstanceOf(TransactionControlError)
      await expect(ask).rejects.toMatchObject({
        code: 'TRANSACTION_CONTROL',
        outcome: 'notApplied',
        retrySafe: false,
      })
    }
    expect(connection.transactionStatus).toBe('idle')
  })

  it.each(allowed)('%j is none, and runs', async (text) => {
    await connection.query(text)
    await connection.transaction((tx) => tx.query(text))
    expect(connection.transactionStatus).toBe('idle')
  })

  it.each(["commit prepared 'pgs_none'", "rollback prepared 'pgs_none'", "/* */ Commit Prepared 'pgs_none'"])(
    '%j ends no transaction of ours, and is sent',
    async (text) => {
      await expect(connection.query(text)).rejects.toMatchObject({ code: '42704' })
    },
  )

  it('is told at once also in long texts, and where a quote has no end', async () => {
    const texts = [
      `select '${'/* '.repeat(60_000)}'`,
      `select '${"''".repeat(90_000)}'`,
      `select $$${'; '.repeat(90_000)}$$`,
      `${'-- \n'.repeat(60_000)} select 1`,
      `${'/* '.repeat(50_000)}${'*/ '.repeat(50_000)} select 1`,
    ]
    for (const text of texts) {
      const began = performance.now()
      const answer = connection.query(text)
      expect(performance.now() - began).toBeLessThan(2000)
      await answer
    }
    const unended = ["select '", 'select "', 'select $$', '/*', "select e'\\"].map(
      (text) => `${text}; commit`,
    )
    for (const text of unended) {
      const told = await connection.query(text).catch((error: { code: string }) => error.code)
      expect(told).toBe('42601')
    }
  })
})

describe('transaction control on a session', () => {
  it('is allowed', async () => {
    const { rows } = await connection.session(async (session) => {
      await session.query('begin isolation level serializable')
      expect(connection.transactionStatus).toBe('inTransaction')
      await session.query('savepoint a')
      await expect(session.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
      expect(connection.transactionStatus).toBe('failed')
      await session.query('rollback to a')
      await session.query('commit')
      return session.query('begin; select 7 as n; commit; select 8 as n')
    })
    expect(rows).toEqual([{ n: 8 }])
    expect(connection.transactionStatus).toBe('idle')
    expect(world.noticesOf(connection, 'warning')).toEqual([])
  })
})
