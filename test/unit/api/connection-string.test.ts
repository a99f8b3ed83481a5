import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'
import { refusalOf } from './refusal-of.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

const folder = mkdtempSync(join(tmpdir(), 'pg-supervisor-keywords-'))
const file = join(folder, 'a file.pem')
writeFileSync(file, 'PEM')
afterAll(() => rmSync(folder, { recursive: true }))

/** As pg understands what it is handed. */
const heard = (config: string | ConnectionConfig) => new pg.Client(readConfig(config).readClient())

describe('a URI', () => {
  it.each<[string, object]>([
    [
      'postgres://joe:p%40ss@db:6543/app',
      { user: 'joe', password: 'p@ss', host: 'db', port: 6543, database: 'app' },
    ],
    ['postgresql://db', { host: 'db', port: 5432 }],
    ['pg://db/app', { host: 'db', database: 'app' }],
    ['postgres:///app', { host: 'localhost', database: 'app' }],
    ['postgres://joe@/app', { user: 'joe', host: 'localhost', database: 'app' }],
    ['postgres://[::1]:6543/app', { host: '::1', port: 6543 }],
    ['postgres://%2Ftmp/app', { host: '/tmp', database: 'app' }],
    ['postgres:///app?host=/tmp&port=6543', { host: '/tmp', port: 6543 }],
    ['postgres://joe:a word@db/app', { password: 'a word', host: 'db' }],
    ['socket://joe:pw@/tmp?db=app', { user: 'joe', host: '/tmp', database: 'app' }],
    ['/tmp app', { host: '/tmp', database: 'app' }],
    ['postgres://db/app?sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
    ['postgres://db/app?target_session_attrs=any&load_balance_hosts=disable', { host: 'db' }],
    ['postgres://db/app?schema=public&pgbouncer=true&connection_limit=5', { host: 'db' }],
  ])('%s goes to pg and gives the address', (uri, expected) => {
    expect(heard(uri)).toMatchObject(expected)
    const { host, port } = heard(uri)
    expect(readConfig(uri).address).toEqual({ host, port })
    expect(readConfig({ connectionString: uri }).address).toEqual({ host, port })
  })

  it.each([
    ['postgres://a,b/app?port=1,2,3', 'one port, or as many as hosts (there are 3 and 2)'],
    ['postgres://a,b/app?hostaddr=127.0.0.1', 'as many names as addresses of hosts (there are 2 and 1)'],
    ['postgres://a:x,b/app', 'a URI that can be parsed'],
    ['postgres://[::1,b/app', 'a URI that can be parsed'],
    ['postgres://a%ff,b/app', 'a URI that can be parsed'],
    ['postgres://a:0,b/app', '`port` in it to be a port'],
    ['postgres://db/app?hostaddr=db', '`hostaddr` in it to be IP addresses'],
    ['postgres://db/app?target_session_attrs=master', '`target_session_attrs` in it to be '],
    ['postgres://db/app?load_balance_hosts=on', '`load_balance_hosts` in it to be '],
    ['postgres://db/app?query_timeout=500', 'use `statementTimeoutMs`'],
    ['postgres://db/app?statement_timeout=5s', '`statement_timeout` in it to be a whole number'],
    ['postgres://db:0/app', '`port` in it to be a port'],
    ['postgres://db/app?port=54x', '`port` in it to be a port'],
    ['postgres://db/app?connect_timeout=soon', '`connect_timeout` in it to be a whole number'],
    ['postgres://db/app?sslnegotiation=maybe', '`sslnegotiation` in it to be '],
    ['postgres://db:99999/app', 'a URI that can be parsed'],
    ['postgres://db:port/app', 'a URI that can be parsed'],
    ['postgres://joe:%FF@db/app', 'a URI that can be parsed'],
    ['postgres://jo%00e@db/app', 'no NUL character'],
    ['mysql://db/app', 'a postgres:// URI or `keyword=value` pairs'],
    ['http://db?a=b', 'a postgres:// URI or `keyword=value` pairs'],
    ['app', 'a postgres:// URI or `keyword=value` pairs'],
  ])('%s is refused', (uri, wanted) => {
    expect(refusalOf(uri)?.message).toContain(wanted)
  })

  it('wins over what stands beside it, even where it says nothing, as in pg', () => {
    const beside = { user: 'other', password: 'other', host: 'other', port: 1, application_name: 'app' }
    const client = heard({ connectionString: 'postgres://joe@db/app', ...beside })
    expect(client).toMatchObject({ user: 'joe', host: 'db', port: 5432, password: null })
    expect(readConfig({ connectionString: 'postgres:///app', ...beside }).address.host).toBe('localhost')
    expect(readConfig({ connectionString: 'postgres:///app', ...beside }).readClient().application_name).toBe(
      'app',
    )
  })

  it('that is taken does not make pg throw, and the address is the one pg goes to', () => {
    const noise = fc.stringMatching(/^[a-z0-9%@:/?#[\] &=+,'"\\é.]{0,8}$/)
    const pieces = 'joe @ @/ db : 0 5432 / app ? & host= port= user= %41 %2F % [::1] ..'.split(' ')
    const scheme = fc.constantFrom('postgres://', 'pg://', 'socket:', '/')
    const rest = fc.array(fc.oneof(noise, fc.constantFrom(...pieces)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(scheme, rest, (start, parts) => {
        const uri = start + parts.join('')
        fc.pre(refusalOf(uri) === undefined)
        const { host, port } = heard(uri)
        expect(readConfig(uri).address).toEqual({ host, port })
      }),
      { numRuns: 500 },
    )
  })
})

describe("libpq's keywords", () => {
  it.each<[string, object]>([
    [
      "host=db port = 6543 user='joe average' password='it''s' dbname=app",
      { host: 'db', port: 6543, user: 'joe average', password: "it's", database: 'app' },
    ],
    ["host='' user=joe", { host: 'localhost', user: 'joe' }],
    ['host=a host=b', { host: 'b' }],
    ['host=/tmp dbname=app?#', { host: '/tmp', database: 'app?#' }],
    ['host=db sslmode=disable', { ssl: false }],
    ['host=db sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
    [`host=db sslmode=verify-full sslrootcert='${file}'`, { ssl: { ca: 'PEM' } }],
    [`host=db sslcert='${file}' sslpassword=pw`, { ssl: { cert: 'PEM', passphrase: 'pw' } }],
    ['host=db sslnegotiation=direct', { ssl: true, sslNegotiation: 'direct' }],
    ['host=db sslrootcert=system ssl_min_protocol_version=TLSv1.3', { ssl: { minVersion: 'TLSv1.3' } }],
    ['host=db channel_binding=prefer', { enableChannelBinding: true }],
    ['host=db gssencmode=disable target_session_attrs=any', { host: 'db' }],
  ])('%s reach pg', (text, expected) => {
    expect(heard(text)).toMatchObject(expected)
    const { host, port } = heard(text)
    expect(readConfig(text).address).toEqual({ host, port })
  })

  it('stand for options of pg', () => {
    const text =
      "application_name=a fallback_application_name=b client_encoding=UTF8 options='-c geqo=off' replication=database keepalives=0 keepalives_idle=30"
    expect({ ...readConfig(text).readClient() }).toEqual({
      application_name: 'a',
      fallback_application_name: 'b',
      client_encoding: 'UTF8',
      options: '-c geqo=off',
      replication: 'database',
      keepAlive: false,
      keepAliveInitialDelayMillis: 30_000,
    })
    expect(readConfig('client_encoding=auto').readClient()).not.toHaveProperty('client_encoding')
  })

  it.each<[string | ConnectionConfig, number]>([
    ['connect_timeout=3', 3000],
    ['connect_timeout=0', 2 ** 31 - 1],
    ['connect_timeout=-1', 2 ** 31 - 1],
    ['connect_timeout=9999999999', 2 ** 31 - 1],
    ['postgres://db/app?connect_timeout=3', 3000],
    [{ connectionString: 'connect_timeout=3', connectTimeoutMs: 5 }, 5],
  ])('bound an attempt: %j is %d ms', (config, expected) => {
    expect(readConfig(config).connectTimeoutMs).toBe(expected)
  })

  it('win over what stands beside them and leave the rest to it', () => {
    const password = () => 'token'
    const beside = { host: 'other', port: 1, password, ssl: true }
    const { readClient, address } = readConfig({ connectionString: 'host=db sslmode=disable', ...beside })
    expect(readClient()).toMatchObject({ host: 'db', port: 1, password, ssl: false })
    expect(address).toEqual({ host: 'db', port: 1 })
  })

  it('have their certificates read at each session', () => {
    const renewed = join(folder, 'renewed.pem')
    writeFileSync(renewed, 'old')
    const settings = readConfig(`sslcert='${renewed}'`)
    writeFileSync(renewed, 'new')
    expect(settings.readClient().ssl).toMatchObject({ cert: 'new' })
  })

  it.each([
    ['hots=db', '`hots` is not; the nearest known one is `host`'],
    ['constructor=x', '`constructor` is not'],
    ['query_timeout=5', '`query_timeout` is not'],
    ['host=db port=5432,5433', 'one port, or as many as hosts (there are 2 and 1)'],
    ['host=a,b hostaddr=::1', 'as many names as addresses of hosts (there are 2 and 1)'],
    ['host=db port=5432,x', '`port` in it to be a port'],
    ['target_session_attrs=master', '`target_session_attrs` in it to be '],
    ['hostaddr=db', '`hostaddr` in it to be IP addresses'],
    ['service=app', 'no `service`'],
    ['sslmode=requier', '`sslmode` in it to be '],
    ['sslkey=/nowhere/client.key', '`sslkey` in it to name a file that can be read (ENOENT)'],
    ['sslnegotiation=direct sslmode=disable', "`sslnegotiation` wants 'postgres'"],
    ['connect_timeout=1.5', '`connect_timeout` in it to be a whole number'],
    ['user=a\0b', 'without NUL characters'],
  ])('%j are refused', (text, wanted) => {
    expect(refusalOf(text)?.message).toContain(wanted)
  })
})
