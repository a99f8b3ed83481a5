import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTransactionControl, mayCopyFromStdin } from '../../../src/api/requests/transaction-control.ts'

describe('transaction control', () => {
  it.each([
    'begin',
    'BEGIN',
    'Begin Work',
    'begin isolation level serializable',
    'start transaction',
    'commit',
    'COMMIT AND CHAIN',
    'end',
    'END TRANSACTION;',
    'rollback',
    'rollback to savepoint a',
    'abort',
    'savepoint a',
    'release savepoint a',
    "prepare transaction 'a'",
    ' \n\t\r\f\v begin',
    '-- a comment\ncommit',
    '-- a comment\rcommit',
    '/* a /* nested */ comment */ rollback',
    '/* one */ -- two\n /* three */ begin',
    'begin;',
    'commit -- and nothing else',
    'commit/**/;',
    ';;commit',
    'select 1; commit',
    'select 1;commit; select 2',
    "select 'it''s'; commit",
    "select e'it\\'s'; commit",
    "select E'\\\\'; commit",
    'select 1 as "a""b"; commit',
    'select $$ text $$; commit',
    'select $tag$ $$ ; $tag$; commit',
    'select $1; commit',
    'select a$b, c$d; commit',
    'insert into t values ($1, $2); rollback',
    "create function f() returns int language sql as 'select 1'; commit",
    'create function f() returns int begin atomic select 1; end; commit',
    'create function f() returns int begin atomic select case when true then 1 end; end; commit',
    'create table "begin" (a int); commit',
    "select 'a;--'; commit",
    "select 'a;/*'; commit",
    '/*;*/; --\n commit',
  ])('is what %j would do', (text) => {
    expect(isTransactionControl(text)).toBe(true)
  })

  it.each([
    '',
    ';',
    ' -- begin',
    '/* begin */',
    '/* commit; /* begin */ */',
    'select 1',
    'select 1;',
    'select 1; -- commit',
    'select 1; /* commit */',
    'beginning',
    'begin_work()',
    'commit$',
    'ends',
    'endé',
    'starting',
    'prepare p as select 1',
    'PREPARE p (int) AS SELECT $1',
    "commit prepared 'a'",
    "rollback prepared 'a'",
    'set transaction isolation level serializable',
    "select 'a; commit'",
    "select 'it''s; commit'",
    "select 'a\\'; select '; commit'",
    "select e'it\\'s; commit'",
    "select E'\\\\\\'; commit'",
    'select "a; commit"',
    'select "a""; commit"',
    'select $$; commit$$',
    'select $tag$; commit $$ ; begin $tag$',
    'select $é$; commit $é$',
    'select 1 /* ; commit */ + 1',
    'select 1 -- ; commit\n + 1',
    'do $$ begin commit; end $$',
    'create function f() returns int begin atomic select 1; end',
    'create procedure p() begin atomic insert into t values (1); select case when true then 1 end; end',
    "select 'an unfinished string; commit",
    'select "an unfinished name; commit',
    'select $$ an unfinished quote; commit',
    '/* an unfinished comment; commit',
    'update t set begin = 1',
    'call commit()',
    'explain select 1',
  ])('is nothing that %j would do', (text) => {
    expect(isTransactionControl(text)).toBe(false)
  })
})

// Texts built of parts whose meaning is known, so that what they would do is known too.
const snare = fc.constantFrom(
  "'",
  '"',
  ';',
  '--',
  '/*',
  '*/',
  '$',
  '$$',
  '$a$',
  '\\',
  '\n',
  ' ',
  'é',
  'x',
  '1',
  ...['begin', 'commit;', 'end', ';rollback;'],
)
const snares = fc.array(snare, { maxLength: 8 }).map((parts) => parts.join(''))

const string = snares.map((text) => `'${text.replaceAll("'", "''")}'`)
const escaped = snares.map((text) => `e'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
const quoted = snares.map((text) => `"${text.replaceAll('"', '""')}"`)
const dollarQuoted = fc
  .tuple(fc.constantFrom('$$', '$a$', '$_1$', '$é$'), snares)
  .filter(([tag, text]) => `${text}${tag}`.indexOf(tag) === text.length)
  .map(([tag, text]) => `${tag}${text}${tag}`)
const lineComment = snares.map((text) => `--${text.replaceAll('\n', ' ')}\n`)
const { blockComment } = fc.letrec<{ blockComment: string }>((tie) => ({
  blockComment: fc
    .tuple(snares, fc.option(tie('blockComment'), { nil: '', depthSize: 'small' }), snares)
    .map(([before, inner, behind]) => `/*${harmless(before)}${inner}${harmless(behind)}*/`),
}))
/** No beginning and no end of a comment, not even with what stands beside it. */
const harmless = (text: string) => ` ${text.replaceAll('*', '').replaceAll('/', '')} `

const blank = fc.array(fc.oneof(fc.constantFrom(' ', '\n', '\t'), lineComment, blockComment), {
  maxLength: 3,
})
const between = blank.map((parts) => ` ${parts.join('')} `)
const opaque = fc.oneof(
  string,
  escaped,
  quoted,
  dollarQuoted,
  fc.constantFrom('1', 'a$b', '$1', 'begins', 'x.commit'),
)
const ordinary = fc
  .tuple(
    fc.constantFrom('select', 'insert into', 'do', 'prepare p as select', 'notify'),
    fc.array(fc.tuple(between, opaque)),
  )
  .map(([verb, parts]) => ({ text: `${verb}${parts.flat().join('')}`, isControl: false }))
const control = fc
  .tuple(
    fc.constantFrom('begin', 'COMMIT', 'End', 'rollback', 'savepoint', 'start', 'abort', 'release'),
    between,
  )
  .map(([verb, behind]) => ({ text: `${verb}${behind}`, isControl: true }))
const nothing = fc.constant({ text: '', isControl: false })
const statement = fc.oneof({ weight: 4, arbitrary: ordinary }, { weight: 1, arbitrary: control }, nothing)
const texts = fc
  .array(fc.tuple(between, statement, between), { minLength: 1, maxLength: 4 })
  .map((statements) => ({
    text: statements.map(([before, { text }, behind]) => `${before}${text}${behind}`).join(';'),
    isControl: statements.some(([, { isControl }]) => isControl),
  }))

describe('whatever strings, quotes and comments hold', () => {
  it('hides no transaction control, and is taken for none', () => {
    fc.assert(
      fc.property(texts, ({ text, isControl }) => {
        expect(isTransactionControl(text)).toBe(isControl)
      }),
      { numRuns: 1000 },
    )
  })

  it('is looked through in a time that grows with its length alone', () => {
    for (const part of [
      "'",
      '"',
      '$',
      '$a$',
      '/*',
      '-- ',
      "e'",
      '\\',
      ';',
      'create begin atomic ',
      '/**/',
      '$a',
    ]) {
      const before = performance.now()
      isTransactionControl(`select 1; ${part.repeat(100_000)}`)
      expect(performance.now() - before, part).toBeLessThan(3000)
    }
  })
})

describe('COPY … FROM STDIN', () => {
  it.each([
    ['copy t from stdin', true],
    ['COPY t (a) FROM STDIN WITH (FORMAT csv)', true],
    ['select 1; copy t from stdin', true],
    ['copy t from program $$cat$$', false],
    ["copy t to '/tmp/x'", false],
    ['copy t to stdout', false],
    ['select copy, stdin_of from t', false],
    ['select 1', false],
  ])('%s: %s', (text, may) => {
    expect(mayCopyFromStdin(text)).toBe(may)
  })
})
