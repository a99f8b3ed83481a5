import { describe, expect, it } from 'vitest'
import { upsetOf } from '../../../src/api/requests/upset.ts'

describe('what may change the meaning of names', () => {
  it.each([
    'alter table t add n int',
    '  CREATE TEMP TABLE t (n int)',
    '-- a comment\n/* and /* another */ one */ drop table t',
    "do $$ begin execute 'drop table t'; end $$",
    'call migrate()',
    'import foreign schema public from server s into public',
    'set search_path to tenant',
    'SET LOCAL search_path = tenant',
    "set schema 'tenant'",
    'set role other',
    'set session authorization other',
    'reset search_path',
    'reset all',
    "select set_config('search_path', $1, true)",
    'select set_config($1, $2, true)',
    'update t set n = 1; alter table t add m int',
  ])('%s', (text) => expect(upsetOf(text)).toBe('meanings'))

  it.each([
    'select 1',
    'insert into t values ($1) on conflict do nothing',
    'update t set role = $1',
    "select ';alter table t'",
    'set statement_timeout = 100',
    'set local app.tenant = 7',
    "select set_config('app.tenant', $1, true)",
    'reset statement_timeout',
    'truncate t',
    '',
    ';',
    '-- nothing',
  ])('is not: %s', (text) => expect(upsetOf(text)).toBeUndefined())
})

it.each<[string, string | undefined]>([
  ['discard all', 'all'],
  ['DISCARD PLANS', 'all'],
  ['unlisten *; deallocate all', 'all'],
  ['deallocate all', 'names'],
  ['select 1; deallocate mine', 'names'],
  ['unlisten *', 'listens'],
  ['select 1; UNLISTEN "a"', 'listens'],
  ['listen a', undefined],
  ['notify unlisten', undefined],
  ["select 'unlisten *'", undefined],
])('what it may do to names and LISTENs: %s', (text, upset) => expect(upsetOf(text)).toBe(upset))
