import { describe, expect, it } from 'vitest'
import { Suspicion, tracesOf } from '../../../src/pg-face/traces.ts'

describe('a text', () => {
  it.each([
    'select 1',
    'update account set balance = 1',
    'insert into t values (1) on conflict do update set a = 2',
    'begin isolation level serializable',
    'set local search_path to x',
    'set transaction isolation level repeatable read',
    'set constraints all deferred',
    'set local app.who = 1',
    "select set_config('app.who', $1, true)",
    "select set_config('a.b', 'c', true), set_config('a.d', 'e', true)",
    'select set_config(el->>0, el->>1, true) from json_array_elements($1::json) el',
    'select pg_advisory_xact_lock(1)',
    'select pg_try_advisory_xact_lock(1)',
    'select temp from weather',
    'create table temperature ()',
    'create table t (listen int)',
    "select ';listen x'",
    '-- set x to y\nselect 1',
    'notify x',
    'unlisten *',
    'deallocate all',
  ])('leaves nothing behind: %s', (text) => {
    expect(tracesOf(text)).toBe('none')
  })

  it.each([
    'set search_path to x',
    'SET SESSION statement_timeout = 1',
    '/* by orm */ set role x',
    'select 1; set timezone to utc',
    'reset all',
    'LISTEN jobs',
    'begin;\n listen jobs',
    'create temp table t ()',
    'create local temporary table t ()',
    'create or replace temp view v as select 1',
    'select 1 as a into temp t',
    'create table pg_temp.t ()',
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_lock_shared(1, 2)',
    'do $$ begin end $$',
    'call anything()',
  ])('may leave something that the server can tell of: %s', (text) => {
    expect(tracesOf(text)).toBe('some')
  })

  it.each([
    "select set_config('app.who', 'me', false)",
    'select set_config($1, $2, $3)',
    "select set_config('a.b', 'c', true), set_config('a.d', 'e', false)",
    'set app.who = 1',
    'set session "app".who to 1',
  ])('may leave settings that the server shows to nobody: %s', (text) => {
    expect(tracesOf(text)).toBe('hidden')
  })
})

describe('a suspicion', () => {
  const after = (...questions: unknown[]) => {
    const suspicion = new Suspicion()
    for (const question of questions) suspicion.note(question)
    return suspicion.of
  }

  it('is raised by a text, a config, a query, a cursor, and a stream around a cursor', () => {
    const text = 'listen x'
    for (const question of [text, { text }, { cursor: { text } }]) expect(after(question)).toBe('some')
  })

  it('stays, and grows', () => {
    expect(after('listen x', 'select 1')).toBe('some')
    expect(after('set a.b = 1', 'listen x')).toBe('hidden')
    expect(after('listen x', 'set a.b = 1')).toBe('hidden')
  })

  it('is not raised by what has no text', () => {
    expect(after(null, undefined, 7, {}, { name: 'prepared' }, { cursor: {} })).toBe('none')
  })
})
