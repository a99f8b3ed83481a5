import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionConfig } from '../../../src/api/connection-config.ts'
import { readConfig } from '../../../src/api/options/read-config.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

describe('a connection string', () => {
  it.each<[string, string[]]>([
    ['postgres://a,b:6543/app', ['a:5432', 'b:6543']],
    ['postgres://joe:pw@a:1,[::1]:2,%2Ftmp/app', ['a:1', '::1:2', '/tmp:5432']],
    ['postgres:///app?host=a,b&port=6543', ['a:6543', 'b:6543']],
    ['postgres://x,y/app?host=a,b&port=1,2', ['a:1', 'b:2']],
    ['postgres://a,,b/app', ['a:5432', 'localhost:5432', 'b:5432']],
    ['host=a,b port=6543', ['a:6543', 'b:6543']],
    ["host=a,b port='1,'", ['a:1', 'b:5432']],
    ['host=a,b hostaddr=127.0.0.1,127.0.0.2', ['a:5432', 'b:5432']],
    ['hostaddr=127.0.0.1,::1', ['127.0.0.1:5432', '::1:5432']],
    ['host=/run/a,/run/b', ['/run/a:5432', '/run/b:5432']],
  ])('of several hosts reaches pg one by one: %s', (text, expected) => {
    const { hosts, readClient } = readConfig(text)
    const clients = (hosts?.targets ?? []).map((target) => new pg.Client(readClient(target)))
    expect(clients.map(({ host, port }) => `${host}:${port}`)).toEqual(expected)
  })

  it('of several hosts keeps all else', () => {
    const { hosts, readClient } = readConfig(
      'postgres://joe:p%40ss@a,b/app?application_name=x%20y&host=c,d&ssl=true',
    )
    const client = new pg.Client(readClient(hosts?.targets[1]))
    expect(client).toMatchObject({ user: 'joe', password: 'p@ss', database: 'app', host: 'd', port: 5432 })
    expect(client).toMatchObject({ connectionParameters: { application_name: 'x y', ssl: true } })
  })
})

describe('options', () => {
  it('of hosts win over the string, and that over the environment', () => {
    vi.stubEnv('PGHOST', 'c,d')
    vi.stubEnv('PGTARGETSESSIONATTRS', 'primary')
    vi.stubEnv('PGLOADBALANCEHOSTS', 'random')
    const hostsOf = (config: ConnectionConfig) =>
      readConfig(config)
        .hosts?.targets.map(({ host }) => host)
        .join('')
    const hosts = [
      { host: 'e', port: 1 },
      { host: 'f', port: 1 },
    ]
    expect(hostsOf({})).toBe('cd')
    expect(hostsOf({ connectionString: 'host=a,b' })).toBe('ab')
    expect(hostsOf({ connectionString: 'postgres://a,b/', hosts })).toBe('ef')
    expect(readConfig({}).hosts).toMatchObject({ wanted: 'primary', isRandom: true })
    const text = 'target_session_attrs=standby load_balance_hosts=disable'
    expect(readConfig({ connectionString: text }).hosts).toMatchObject({ wanted: 'standby', isRandom: false })
    const option = { connectionString: text, targetSessionAttrs: 'any', loadBalanceHosts: 'random' } as const
    expect(readConfig(option).hosts).toMatchObject({ wanted: 'any', isRandom: true })
    vi.stubEnv('PGTARGETSESSIONATTRS', 'master')
    expect(() => readConfig({})).toThrow('option `PGTARGETSESSIONATTRS` wants')
  })

  it('of one host are its host and port', () => {
    const { address, hosts, readClient } = readConfig({ hosts: [{ host: 'db', port: 6543 }] })
    expect(address).toEqual({ host: 'db', port: 6543 })
    expect(hosts).toBeUndefined()
    expect(Object.keys(readClient())).toEqual(['keepAlive', 'keepAliveInitialDelayMillis', 'host', 'port'])
  })
})
