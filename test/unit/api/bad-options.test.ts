import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { ownOptionKinds } from '../../../src/api/options/own-options.ts'
import { insteadOfPgOption, pgOptionKinds } from '../../../src/api/options/pg-options.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'
import { pgDriver } from '../../../src/drivers/pg-driver.ts'
import { refusalOf } from './refusal-of.ts'

const longest = 2 ** 31 - 1
const notDurations = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '100', 1n, null, true]
const notDurationsOrNone = notDurations.filter((value) => value !== 0)
const notCounts = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', null]
const notFlags = [0, 1, 'true', null, {}]
const notFunctions = ['x', {}, null, 5]
const notTexts = [5, null, {}, true, 'joe\0database\0postgres', () => 'joe']
const notServerTimeouts = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '5s', true, null]
const aClockWithout = (method: string) => ({
  now: Date.now,
  setTimeout: () => 1,
  clearTimeout: () => 1,
  [method]: 1,
})

const { capabilities: _, ...bare } = pgDriver

const wrong: Record<string, unknown[]> = {
  connectionString: [5, null, {}, ['postgres://db'], 'postgres://db/\0'],
  name: ['', 5, null, 'a\0b'],
  clientFactory: notFunctions,
  rowMode: ['arrays', '', 5, null, true],
  mapRow: notFunctions,
  settings: [null, 'x', [], new Map([['a', 'b']])],
  setup: notFunctions,
  reconnect: [true, null, 5, [], () => undefined],
  monitors: [null, {}, 'heartbeat', () => undefined],
  whileDown: ['wait', true, null, 500, []],
  pipeline: notFlags,
  autoPrepare: [1, 0, 'on', null, []],
  queueLimit: notCounts,
  connectTimeoutMs: notDurations,
  statementTimeoutMs: notDurationsOrNone,
  allowExitOnIdle: notFlags,
  inspect: notFunctions,
  logger: [null, 'x', {}, { debug() {}, info() {}, warn() {} }],
  clock: [null, 5, {}, ...['now', 'setTimeout', 'clearTimeout'].map(aClockWithout)],
  random: notFunctions,

  user: notTexts,
  database: notTexts,
  password: [5, null, {}, true, 'a\0b'],
  host: notTexts,
  port: [0, -1, 1.5, 65_536, Number.NaN, '', '54x', ' 5432', '065432', null, [5432]],
  ssl: ['true', 'no-verify', 1, null, []],
  sslnegotiation: ['Direct', '', 5, null],
  enableChannelBinding: notFlags,
  scramMaxIterations: [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '100000', null],
  stream: [...notFunctions, new WritableStream()],
  keepAlive: notFlags,
  keepAliveInitialDelayMillis: notDurationsOrNone,
  types: [null, {}, { getTypeParser: 5 }, () => undefined],
  binary: notFlags,
  options: notTexts,
  application_name: notTexts,
  fallback_application_name: notTexts,
  client_encoding: notTexts,
  replication: [5, null, {}, 'a\0b'],
  statement_timeout: notServerTimeouts,
  lock_timeout: notServerTimeouts,
  idle_in_transaction_session_timeout: notServerTimeouts,

  hosts: [null, {}, [], [{}], [{ host: 'db' }], [{ host: '', port: 1 }], [{ host: 'a', port: 1 }, 5], ['db']],
  targetSessionAttrs: ['master', 'Any', '', 5, null],
  loadBalanceHosts: ['round-robin', true, 5, null],
  maxStalenessMs: notDurations,
  driver: ['pg-native', 'postgres', 'PG', '', null, 5, { name: 'pg' }, { ...pgDriver, name: '' }, bare],
  verifyCommit: [1, 'yes', null],
  deadManSettings: notFlags,

  query_timeout: [1000, false],
  connectionTimeoutMillis: [1000, 0],
  Promise: [Promise],
  connection: [{}],
  sslmode: ['require'],
  sslcert: ['client.crt'],
  sslkey: ['client.key'],
  sslrootcert: ['root.crt'],
}

describe('an option that is wrong', () => {
  it('is in the table below, whatever its name', () => {
    const known = { ...ownOptionKinds, ...pgOptionKinds, ...insteadOfPgOption }
    expect(Object.keys(wrong).sort()).toEqual(Object.keys(known).sort())
  })

  const rows = Object.entries(wrong).flatMap(([option, values]) => values.map((value) => ({ option, value })))
  it.each(rows)('is refused by name: $option: $value', ({ option, value }) => {
    expect(refusalOf({ [option]: value })?.message).toMatch(
      new RegExp(`^option \`${option}\` wants .+, got .+$`, 's'),
    )
  })

  it.each<[string, ConnectionConfig | object]>([
    ['whileDown.waitMs', { whileDown: { waitMs: -1 } }],
    ['whileDown.waitMs', { whileDown: { waitMs: Number.NaN } }],
    ['whileDown.waitMs', { whileDown: { waitMs: Number.POSITIVE_INFINITY } }],
    ['whileDown.waitMs', { whileDown: { waitMs: longest + 1 } }],
    ['whileDown.waitMs', { whileDown: {} }],
    ['autoPrepare.limit', { autoPrepare: { limit: 0 } }],
    ['autoPrepare.limit', { autoPrepare: { limit: 2.5 } }],
    ['autoPrepare.limit', { autoPrepare: {} }],
    ['settings.work_mem', { settings: { work_mem: 64 } }],
    ['settings.search_path', { settings: { search_path: 'a\0b' } }],
    ['reconnect.isDead', { reconnect: { isDead: true } }],
    ['reconnect.isHopeless', { reconnect: { isHopeless: 'never' } }],
    ['reconnect.backoff', { reconnect: { backoff: [1, 2, 3] } }],
    ['monitors[0]', { monitors: [null] }],
    ['monitors[1]', { monitors: [{ name: 'a', start() {} }, { start() {} }] }],
    ['monitors[0]', { monitors: [{ name: 'a' }] }],
    ['hosts[0].port', { hosts: [{ host: 'db', port: 0 }] }],
    ['hosts', { hosts: [{ host: 'db', port: 5432 }], host: 'other' }],
    ['hosts', { hosts: [{ host: 'db', port: 5432 }], port: 1 }],
    [
      'hosts[1].port',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: '1,2' },
        ],
      },
    ],
    ['sslnegotiation', { sslnegotiation: 'direct', ssl: false }],
    ['sslnegotiation', { sslnegotiation: 'direct' }],
  ])('is refused by its way: %s', (option, config) => {
    expect(refusalOf(config)?.message).toContain(`option \`${option}\` wants`)
  })

  it.each([null, 5, true, [], () => undefined, Symbol('x')])('is the whole configuration: %s', (config) => {
    expect(refusalOf(config)?.message).toContain('option `config` wants a connection string or an object')
  })

  it('says what there is instead of an option of pg', () => {
    expect(refusalOf({ query_timeout: 1000 })?.message).toBe(
      'option `query_timeout` wants to be left out (use `statementTimeoutMs`), got 1000',
    )
    expect(refusalOf({ connectionTimeoutMillis: 5 })?.message).toContain('use `connectTimeoutMs`')
  })
})

describe('an option that nobody knows', () => {
  it.each<[object, string]>([
    [{ quereLimit: 5 }, 'option `quereLimit` is not known; the nearest known one is `queueLimit`'],
    [{ connectTimeout: 5 }, 'the nearest known one is `connectTimeoutMs`'],
    [{ hst: 'db' }, 'the nearest known one is `host`'],
    [{ aplication_name: 'x' }, 'the nearest known one is `application_name`'],
    [{ whileDown: { waitMS: 5 } }, 'nearest known one is `whileDown.waitMs`'],
    [{ autoPrepare: { limits: 5 } }, 'nearest known one is `autoPrepare.limit`'],
    [{ reconnect: { isDaed: () => true } }, 'nearest known one is `reconnect.isDead`'],
  ])('is refused: %j', (config, message) => {
    expect(refusalOf(config)?.message).toContain(message)
  })

  it('is refused though it is undefined, for it was misspelt all the same', () => {
    expect(refusalOf({ quereLimit: undefined })?.message).toContain('queueLimit')
  })

  it('is a member of its own to an instance of a class', () => {
    class AppConfig {
      readonly host = 'db'
      readonly region = 'eu'
    }
    expect(readConfig(new AppConfig()).address.host).toBe('db')
  })

  it('is looked for in an object without a prototype, too', () => {
    expect(refusalOf(Object.assign(Object.create(null), { quereLimit: 5 }))?.message).toContain('queueLimit')
  })
})

describe('PG_SUPERVISOR_DRIVER', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each(['pg-native', 'oracle', 'PG'])('is refused when it is %s', (driver) => {
    vi.stubEnv('PG_SUPERVISOR_DRIVER', driver)
    expect(refusalOf({})?.message).toContain("option `PG_SUPERVISOR_DRIVER` wants 'pg', 'pglite' or a driver")
  })

  it.each([
    ['pg', 'pg'],
    ['', 'pg'],
    ['pglite', 'pglite'],
  ])('%j means %s', (driver, name) => {
    vi.stubEnv('PG_SUPERVISOR_DRIVER', driver)
    expect(readConfig({}).driver.name).toBe(name)
  })

  it('gives way to the option', () => {
    vi.stubEnv('PG_SUPERVISOR_DRIVER', 'pglite')
    expect(readConfig({ driver: 'pg' }).driver.name).toBe('pg')
  })
})
