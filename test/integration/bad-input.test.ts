import { afterAll, describe, expect, it } from 'vitest'
import { InvalidOptionError, type Queryable } from '../../src/index.ts'
import { testServer } from '../support/test-server.ts'
import { openWorld } from '../support/world.ts'

// One connection for all of it: nothing of this may disturb what comes after.
const server = await testServer()
const world = await openWorld({ server })
const connection = await world.connect()
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server.dispose()
})

/** As JavaScript calls it. */
type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>
const loose = (handle: unknown) => handle as Loose

const statements: [string, (handle: Loose) => Promise<unknown>][] = [
  ['no text', (on) => on['query']!()],
  ['null as text', (on) => on['query']!(null)],
  ['a number as text', (on) => on['query']!(5)],
  ['a config without text', (on) => on['query']!({ values: [1] })],
  ['a config whose text is a number', (on) => on['query']!({ text: 5 })],
  ['an array as text', (on) => on['query']!(['select 1'])],
  ['values that are a string', (on) => on['query']!('select $1', 'one')],
  ['values that are an object', (on) => on['query']!('select $1', { 0: 1 })],
  ['values in a config that are a string', (on) => on['query']!({ text: 'select 1', values: 'x' })],
  ['a name that is a number', (on) => on['query']!({ text: 'select 1', name: 1 })],
  ['a rowMode nobody knows', (on) => on['query']!({ text: 'select 1', rowMode: 'columns' })],
  ['a mapRow that is no function', (on) => on['query']!('select 1', [], { mapRow: 'upper' })],
  ['a mapRow in a config that is no function', (on) => on['query']!({ text: 'select 1', mapRow: 1 })],
  ['types without a getTypeParser', (on) => on['query']!({ text: 'select 1', types: {} })],
  ['a timeoutMs that is a string', (on) => on['query']!('select 1', [], { timeoutMs: '5' })],
  ['a timeoutMs of 0', (on) => on['query']!('select 1', [], { timeoutMs: 0 })],
  ['a timeoutMs that is negative', (on) => on['query']!('select 1', [], { timeoutMs: -1 })],
  ['a timeoutMs that is not a number', (on) => on['query']!('select 1', [], { timeoutMs: Number.NaN })],
  ['a timeoutMs beyond what timers take', (on) => on['query']!('select 1', [], { timeoutMs: 2 ** 31 })],
  ['a signal that is none', (on) => on['query']!('select 1', [], { signal: {} })],
  ['a controller as signal', (on) => on['query']!('select 1', [], { signal: new AbortController() })],
  ['an idempotent that is a string', (on) => on['query']!('select 1', [], { idempotent: 'yes' })],
  ['a detached that is a number', (on) => on['query']!({ text: 'select 1', detached: 1 })],
  ['options that are null', (on) => on['query']!('select 1', [], null)],
  ['options that are a number', (on) => on['query']!('select 1', [], 5)],
  ['an option nobody knows', (on) => on['query']!('select 1', [], { timeout: 5 })],
  ['no text to execute', (on) => on['execute']!()],
  ['a number to execute', (on) => on['execute']!(5)],
  ['values that are a string, to execute', (on) => on['execute']!('select 1', 'x')],
  ['no function to call', (on) => on['call']!()],
  ['a function name that is a number', (on) => on['call']!(5)],
  ['arguments that are a string', (on) => on['call']!('lower', 'X')],
  ['no channel to notify', (on) => on['notify']!()],
  ['a payload that is a number', (on) => on['notify']!('c', 5)],
  ['a notify timeoutMs of 0', (on) => on['notify']!('c', 'p', { timeoutMs: 0 })],
]

/** How it rejects, after which the handle must be as good as before. What it throws synchronously fails the test. */
async function refusalOf(handle: unknown, ask: (handle: Loose) => Promise<unknown>): Promise<unknown> {
  const answer = ask(loose(handle))
  const error: unknown = await answer.then(
    (result) => new Error(`it resolved to ${String(result)}`),
    (reason: unknown) => reason,
  )
  expect(await (handle as Queryable).query('select 1 as n')).toMatchObject({ rows: [{ n: 1 }] })
  expect(connection.pending).toBe(0)
  return error
}

const toGo: [string, Record<string, unknown>][] = [
  ['null values', { text: 'select 1 as n', values: null }],
  ['a null name', { text: 'select 1 as n', name: null }],
  ['a null rowMode', { text: 'select 1 as n', rowMode: null }],
  ['null types', { text: 'select 1 as n', types: null }],
  ['what a query builder adds of its own', { text: 'select 1 as n', kind: 'select', columns: ['n'] }],
]

describe('bad input rejects with InvalidOptionError and never throws (txpostgres 23)', () => {
  it.each(statements)('%s', async (_, ask) => {
    const errors = [
      await refusalOf(connection, ask),
      await connection.transaction((tx) => refusalOf(tx, ask)),
      await connection.session((session) => refusalOf(session, ask)),
    ]
    for (const error of errors) {
      expect(error).toBeInstanceOf(InvalidOptionError)
      expect(error).toMatchObject({ code: 'INVALID_OPTION', outcome: 'notApplied', retrySafe: false })
    }
  })

  const others: [string, (handle: Loose) => Promise<unknown>][] = [
    ['a transaction without work', (on) => on['transaction']!()],
    ['work that is no function', (on) => on['transaction']!('select 1')],
    ['an isolation nobody knows', (on) => on['transaction']!(() => 1, { isolation: 'snapshot' })],
    ['a readOnly that is a string', (on) => on['transaction']!(() => 1, { readOnly: 'yes' })],
    ['a deferrable that is a number', (on) => on['transaction']!(() => 1, { deferrable: 1 })],
    ['a retry that is a number', (on) => on['transaction']!(() => 1, { retry: 3 })],
    ['a retry of no attempts', (on) => on['transaction']!(() => 1, { retry: { attempts: 0 } })],
    [
      'a retry with a backoff that is no function',
      (on) => on['transaction']!(() => 1, { retry: { attempts: 2, backoff: [] } }),
    ],
    [
      'an unknown option of a transaction',
      (on) => on['transaction']!(() => 1, { isolationLevel: 'serializable' }),
    ],
    ['a session without work', (on) => on['session']!()],
    ['a session timeoutMs of 0', (on) => on['session']!(() => 1, { timeoutMs: 0 })],
    ['a channel that is a number', (on) => on['listen']!(5)],
    ['an observer that is no function', (on) => on['listen']!('c', 'observer')],
    ['a bufferLimit of 0', (on) => on['listen']!('c', undefined, { bufferLimit: 0 })],
    ['a listen timeoutMs of 0', (on) => on['listen']!('c', undefined, { timeoutMs: 0 })],
    ['transaction options that are a string', (on) => on['transaction']!(() => 1, 'serializable')],
    ['session options that are a number', (on) => on['session']!(() => 1, 5)],
    ['an unknown option of a session', (on) => on['session']!(() => 1, { readOnly: true })],
    ['listen options that are a number', (on) => on['listen']!('c', undefined, 5)],
    ['an unknown option of unlisten', (on) => on['unlisten']!('c', { timeout: 5 })],
    ['an unknown option of connect', (on) => on['connect']!({ deadline: 5 })],
    ['an unknown option of ready', (on) => on['ready']!({ timeout: 5 })],
    ['an unknown option of end', (on) => on['end']!({ drain: 5 })],
    ['an unknown option of listen', (on) => on['listen']!('c', undefined, { buffer: 1 })],
    ['a channel to unlisten that is a number', (on) => on['unlisten']!(5)],
    ['a connect deadline of 0', (on) => on['connect']!({ deadlineMs: 0 })],
    ['a ready timeoutMs of 0', (on) => on['ready']!({ timeoutMs: 0 })],
    ['a ready signal that is none', (on) => on['ready']!({ signal: 5 })],
    ['a drainMs that is negative', (on) => on['end']!({ drainMs: -1 })],
  ]

  it.each(others)('%s', async (_, ask) => {
    expect(await refusalOf(connection, ask)).toBeInstanceOf(InvalidOptionError)
    expect(connection.state).toBe('connected')
  })

  const nested: [string, (handle: Loose) => Promise<unknown>][] = [
    ['without work', (on) => on['transaction']!()],
    ['with work that is no function', (on) => on['transaction']!(5)],
    ['with a timeoutMs of 0', (on) => on['transaction']!(() => 1, { timeoutMs: 0 })],
    ['with an isolation of its own', (on) => on['transaction']!(() => 1, { isolation: 'serializable' })],
  ]

  it.each(nested)('a nested transaction %s', async (_, ask) => {
    const error = await connection.transaction((tx) => refusalOf(tx, ask))
    expect(error).toBeInstanceOf(InvalidOptionError)
  })

  it.each(toGo)('as with pg, %s in a config is nothing to speak of', async (_, config) => {
    expect((await connection.query(config as never)).rows).toEqual([{ n: 1 }])
  })

  it.each<[string, () => unknown]>([
    ['a kind of event nobody knows', () => connection.on('lsot' as never, () => undefined)],
    ['a listener that is no function', () => connection.on('lost', 'x' as never)],
    [
      'a signal of a listener that is none',
      () => connection.on('lost', () => undefined, { signal: 5 as never }),
    ],
    ['an unknown option of events()', () => connection.events({ limit: 5 } as never)],
    ['a bufferLimit of events() of 0', () => connection.events({ bufferLimit: 0 })],
    ['a signal of events() that is none', () => connection.events({ signal: {} as never })],
    ['an observer that is no function', () => connection.addNotifyObserver(5 as never)],
    ['a recovery handler that is no function', () => connection.addRecoveryHandler({} as never)],
  ])('where nothing is promised it is thrown: %s', (_, ask) => {
    expect(ask).toThrow(InvalidOptionError)
  })

  it('says what was wanted and what came, and the nearest known name', async () => {
    await expect(loose(connection)['query']!('select 1', 'x')).rejects.toThrow(
      "option `values` wants an array, got 'x'",
    )
    await expect(loose(connection)['transaction']!(() => 1, { isolatoin: 1 })).rejects.toThrow(
      'option `isolatoin` is not known; the nearest known one is `isolation`',
    )
  })
})
