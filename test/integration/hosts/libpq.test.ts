// The same connection strings for libpq and for us, over the same servers: both must end up at the same one, or both nowhere.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../../src/index.ts'
import { howToGetPsql, portByLibpq, psql } from '../../support/psql.ts'
import { startCluster, type TestCluster } from '../../support/test-cluster.ts'

const isThorough = Number(process.env['PG_SUPERVISOR_CHAOS_SEEDS']) > 1

let cluster: TestCluster
beforeAll(async () => {
  if (psql !== undefined) cluster = await startCluster()
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  if (psql !== undefined) await cluster.dispose()
})

async function portByUs(
  connectionString: string,
  env: Record<string, string> = {},
): Promise<number | undefined> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  try {
    // A clock of its own has a storm limit of its own.
    const clock = {
      now: () => performance.timeOrigin + performance.now(),
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    }
    await using connection = new Connection({ connectionString, clock, connectTimeoutMs: 20_000 })
    await connection.connect()
    const { rows } = await connection.query('select inet_server_port() as port')
    return rows[0].port
  } catch {
    return undefined
  } finally {
    vi.unstubAllEnvs()
  }
}

/** P and S become the ports of the primary and the standby, D of nobody, A the user and password. */
const filled = (text: string) => {
  const { user, password, database } = cluster.primary
  const parts: Record<string, string> = {
    P: `${cluster.primary.port}`,
    S: `${cluster.standby.port}`,
    D: '1',
    U: `${user}:${password}`,
    K: `user=${user} password=${password} dbname=${database}`,
    B: database,
  }
  return text.replace(/\{(\w)\}/g, (_, name: string) => parts[name] as string)
}

const kinds = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby']
const lists = ['P,S', 'S,P', 'D,P', 'D,S', 'P,D', 'S,D,P', 'D,D', 'P', 'S', 'S,S', 'P,P,D,S']
const uriOf = (list: string, kind: string) => {
  const hosts = list.split(',').map((name) => `127.0.0.1:{${name}}`)
  return `postgresql://{U}@${hosts.join(',')}/{B}?target_session_attrs=${kind}`
}
const core = [
  ['D,P', 'any'],
  ['S,P', 'read-write'],
  ['P,D,S', 'standby'],
  ['P,D', 'prefer-standby'],
  ['S,D', 'primary'],
] as const
const pairs = isThorough ? lists.flatMap((list) => kinds.map((kind) => [list, kind] as const)) : core

const few = [
  'host=127.0.0.1,127.0.0.1 port={D},{S} {K}',
  'host=nowhere.invalid hostaddr=127.0.0.1 port={P} {K}',
  'hostaddr=127.0.0.1,127.0.0.1 port={S},{P} target_session_attrs=read-write {K}',
  'host=127.0.0.1,127.0.0.1 port={P},{P},{P} {K}',
  'host=127.0.0.1 port={P} target_session_attrs=master {K}',
]
const many = [
  'host=a,b hostaddr=127.0.0.1 port={P} {K}',
  'hostaddr=localhost port={P} {K}',
  "host=127.0.0.1,127.0.0.1 port='{P},' {K}",
  'host=127.0.0.1,127.0.0.1 port={P} {K}',
  'host=127.0.0.1,127.0.0.1 port={P},{S} user=nobody password=x dbname={B}',
  'host=127.0.0.1,127.0.0.1 port={P},{S} {K} dbname=nosuch',
  'host=/nowhere,127.0.0.1 port={D},{P} {K}',
  'host=127.0.0.1 port=x {K}',
  'host=127.0.0.1 port={P} hots=x {K}',
  'postgresql://{U}@127.0.0.1,127.0.0.1/{B}?port={S},{P}&target_session_attrs=primary',
  'postgresql://{U}@/{B}?host=127.0.0.1,127.0.0.1&port={D},{P}',
  'postgresql://{U}@x,y/{B}?host=127.0.0.1,127.0.0.1&port={P}',
  'postgresql://{U}@127.0.0.1:{D},[::1]:{D},127.0.0.1:{S}/{B}',
]
const strings = [...pairs.map(([list, kind]) => uriOf(list, kind)), ...few, ...(isThorough ? many : [])]

describe('like libpq', () => {
  it.for(strings)('%s', async (text, context) => {
    context.skip(psql === undefined, howToGetPsql)
    const connectionString = filled(text)
    const [theirs, ours] = await Promise.all([portByLibpq(connectionString), portByUs(connectionString)])
    expect(ours).toBe(theirs)
  })

  it('the environment is read', async (context) => {
    context.skip(psql === undefined, howToGetPsql)
    const { user, password, database } = cluster.primary
    const env = {
      PGHOST: '127.0.0.1,127.0.0.1',
      PGPORT: filled('{S},{P}'),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      PGTARGETSESSIONATTRS: 'read-write',
    }
    expect(await portByUs('', env)).toBe(await portByLibpq('', env))
    const other = 'target_session_attrs=standby'
    expect(await portByUs(other, env)).toBe(await portByLibpq(other, env))
  })
})
