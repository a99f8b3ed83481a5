import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'
import { systemClock } from '../../../src/backoff/clock.ts'
import { DeadConnectionDetector } from '../../../src/detectors/dead-connection-detector.ts'
import { defaultDeathChecker } from '../../../src/detectors/default-death-checker.ts'
import { defaultHopelessChecker } from '../../../src/detectors/default-hopeless-checker.ts'
import { pgDriver } from '../../../src/drivers/pg-driver.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

const failure = createFailure({ kind: 'server', phase: 'idle', message: 'x' })
const heard = (config?: string | ConnectionConfig) => new pg.Client(readConfig(config).readClient())

describe('the settings of nothing said', () => {
  it('are the defaults', () => {
    const settings = readConfig()
    expect(settings).toMatchObject({
      driver: pgDriver,
      address: { host: 'localhost', port: 5432 },
      clientFactory: undefined,
      rowMode: 'object',
      mapRow: undefined,
      setup: undefined,
      isSupervised: true,
      isDead: defaultDeathChecker,
      isHopeless: defaultHopelessChecker,
      waitMs: undefined,
      isPipelined: true,
      preparedLimit: 256,
      queueLimit: 10_000,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 0,
      allowExitOnIdle: false,
      inspect: undefined,
      logger: undefined,
      clock: systemClock,
      random: Math.random,
    })
    expect(Object.entries(settings.settings)).toEqual([])
    expect(settings.monitors.map(({ name }) => name)).toEqual(['heartbeat'])
    expect(Object.entries(settings.readClient())).toEqual([
      ['keepAlive', true],
      ['keepAliveInitialDelayMillis', 10_000],
    ])
  })

  it.each([undefined, '', '  ', {}, { connectionString: '' }, { port: undefined, reconnect: undefined }])(
    'are those of %j',
    (config) => {
      const { name: _, ...settings } = readConfig(config as ConnectionConfig)
      expect(JSON.stringify(settings)).toBe(JSON.stringify({ ...readConfig(), name: undefined }))
    },
  )

  it('carry a number of their own', () => {
    const [, first] = /^connection (\d+)$/.exec(readConfig().name)!
    expect(() => readConfig({ port: 0 })).toThrow('port')
    expect(readConfig({ name: 'mine' }).name).toBe('mine')
    expect(readConfig().name).toBe(`connection ${Number(first) + 1}`)
  })

  it('draw their jitter from the source they were given', () => {
    const [first, second] = readConfig({ random: () => 0.5 }).backoff()
    expect([first, second]).toEqual([0, 127.5])
  })
})

describe('options', () => {
  it('of the supervisor stand in the settings', () => {
    const own = {
      rowMode: 'array',
      mapRow: () => 1,
      setup: () => 1,
      clientFactory: () => new pg.Client(),
      queueLimit: 1,
      connectTimeoutMs: 2 ** 31 - 1,
      statementTimeoutMs: 0.5,
      allowExitOnIdle: true,
      inspect: () => 1,
      logger: console,
      clock: new VirtualClock(),
      random: () => 0,
    } satisfies ConnectionConfig
    expect(readConfig(own)).toMatchObject(own)
  })

  it.each<[ConnectionConfig, object]>([
    [{ whileDown: 'reject' }, { waitMs: undefined }],
    [{ whileDown: { waitMs: 0 } }, { waitMs: 0 }],
    [{ whileDown: { waitMs: 5000 } }, { waitMs: 5000 }],
    [{ autoPrepare: true }, { preparedLimit: 256 }],
    [{ autoPrepare: false }, { preparedLimit: 0 }],
    [{ autoPrepare: { limit: 7 } }, { preparedLimit: 7 }],
    [{ reconnect: false }, { isSupervised: false, isDead: defaultDeathChecker }],
    [{ reconnect: {} }, { isSupervised: true, isHopeless: defaultHopelessChecker }],
    [{ pipeline: false }, { isPipelined: false }],
    [{ monitors: [] }, { monitors: [] }],
  ])('%j are %j', (config, expected) => {
    expect(readConfig(config)).toMatchObject(expected)
  })

  it('of pg reach its client', () => {
    const types = { getTypeParser: () => String }
    const pgOptions = {
      user: 'joe',
      database: 'app',
      password: () => 'pw',
      port: 6543,
      host: 'db',
      ssl: { ca: 'x', rejectUnauthorized: false },
      sslnegotiation: 'direct' as const,
      enableChannelBinding: true,
      scramMaxIterations: 5,
      stream: () => undefined,
      keepAlive: false,
      keepAliveInitialDelayMillis: 5,
      types,
      binary: true,
      options: '-c geqo=off',
      application_name: 'app',
      fallback_application_name: 'app',
      client_encoding: 'UTF8',
      replication: 'database',
      statement_timeout: 5,
      lock_timeout: 0,
      idle_in_transaction_session_timeout: 5,
    } satisfies ConnectionConfig & Record<string, unknown>
    expect({ ...readConfig(pgOptions).readClient() }).toEqual(pgOptions)
  })

  it.each<[ConnectionConfig, object]>([
    [
      { host: 'db', port: 6543 },
      { host: 'db', port: 6543 },
    ],
    [{ port: '6543' as never }, { port: 6543 }],
    [{ host: '' }, { host: 'localhost' }],
    [{ ssl: true }, { ssl: true }],
  ])('%j are understood by pg and in the address alike', (config, expected) => {
    expect(heard(config)).toMatchObject(expected)
    const { host, port } = heard(config)
    expect(readConfig(config).address).toEqual({ host, port })
  })

  it('left out are filled in from PG*, by pg itself', () => {
    for (const [name, value] of [
      ['PGHOST', 'env-host'],
      ['PGPORT', '6000'],
      ['PGUSER', 'env-user'],
      ['PGPASSWORD', 'env-password'],
      ['PGDATABASE', 'env-database'],
      ['PGSSLMODE', 'no-verify'],
    ] as const)
      vi.stubEnv(name, value)
    expect(heard()).toMatchObject({
      host: 'env-host',
      port: 6000,
      user: 'env-user',
      password: 'env-password',
      database: 'env-database',
      ssl: { rejectUnauthorized: false },
    })
    expect(readConfig().address).toEqual({ host: 'env-host', port: 6000 })
    expect(readConfig({ sslnegotiation: 'direct' }).readClient().sslnegotiation).toBe('direct')
    expect(readConfig({ host: 'db' }).address).toEqual({ host: 'db', port: 6000 })
  })
})

describe('the configuration that was read', () => {
  it('is read once', () => {
    const readings = new Map<PropertyKey, number>()
    const count = (key: PropertyKey) => readings.set(key, (readings.get(key) ?? 0) + 1)
    const config = new Proxy(
      { host: 'db', password: 'x', reconnect: {}, queueLimit: 5, query_timeout: undefined },
      {
        get: (target, key) => {
          count(key)
          return Reflect.get(target, key)
        },
      },
    )
    const client = readConfig(config).readClient()
    expect(client.password).toBe('x')
    expect(readings.get('password')).toBe(1)
    expect(Math.max(...readings.values())).toBe(1)
  })

  it('may change afterwards without effect, and is not changed', () => {
    const ssl = { key: 'key', ca: 'ca' }
    const isDead = () => true
    const config = {
      host: 'db',
      ssl,
      settings: { search_path: 'app' },
      monitors: [{ name: 'mine', start() {} }],
      whileDown: { waitMs: 5 },
      autoPrepare: { limit: 5 },
      reconnect: { isDead },
    }
    const untouched = structuredClone({ ...config, monitors: 0, reconnect: 0 })
    const settings = readConfig(config)
    void new pg.Client(settings.readClient())
    expect({ ...config, monitors: 0, reconnect: 0 }).toEqual(untouched)
    expect(Object.keys(ssl)).toEqual(['key', 'ca'])

    Object.assign(config, { host: 'other' })
    Object.assign(config.ssl, { ca: 'other' })
    Object.assign(config.settings, { search_path: 'other' })
    config.monitors.pop()
    config.whileDown.waitMs = 6
    config.autoPrepare.limit = 6
    config.reconnect.isDead = () => false
    expect(settings).toMatchObject({ waitMs: 5, preparedLimit: 5 })
    expect(settings.readClient()).toMatchObject({ host: 'db', ssl: { ca: 'ca' } })
    expect({ ...settings.settings }).toEqual({ search_path: 'app' })
    expect(settings.monitors).toHaveLength(1)
    expect(settings.isDead(failure)).toBe(true)
  })

  it('gives each session a client configuration of its own, the private key in it', () => {
    const settings = readConfig({ host: 'db', ssl: { key: 'k' } })
    const first = settings.readClient()
    void new pg.Client(first)
    Object.assign(first, { host: 'spoilt' })
    expect(settings.readClient().host).toBe('db')
    expect(Object.entries(settings.readClient().ssl!)).toEqual([['key', 'k']])
  })

  it('takes the key of an ssl that pg has had before', () => {
    const ssl = { key: 'k' }
    void new pg.Client({ ssl })
    expect(Object.keys(ssl)).toEqual([])
    expect(Object.entries(readConfig({ ssl }).readClient().ssl!)).toEqual([['key', 'k']])
  })
})

describe('reconnect as an instance', () => {
  it('keeps `this`', () => {
    class Patient {
      readonly #delays = [7]
      isDead() {
        return this.#delays.length === 0
      }
      isHopeless() {
        return this.#delays.length === 1
      }
      backoff() {
        return this.#delays
      }
    }
    const { isDead, isHopeless, backoff } = readConfig({ reconnect: new Patient() })
    expect([isDead(failure), isHopeless(failure), ...backoff()]).toEqual([false, true, 7])
  })

  it('may be a subclass of DeadConnectionDetector with members of its own', () => {
    class Strict extends DeadConnectionDetector {
      readonly verdict = true
      override isDead() {
        return this.verdict
      }
    }
    const { isDead, isHopeless } = readConfig({ reconnect: new Strict() })
    expect([isDead(failure), isHopeless(failure)]).toEqual([true, false])
  })
})
