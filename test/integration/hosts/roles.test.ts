import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Connection, type ConnectionConfig, Pool } from '../../../src/index.ts'
import { eventually } from '../../support/eventually.ts'
import { startCluster, type TestCluster } from '../../support/test-cluster.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
}, 60_000)
afterAll(() => cluster.dispose())

const account = () => {
  const { user, password, database } = cluster.primary
  return { user, password, database }
}
const nowhere = { host: '127.0.0.1', port: 1 }

/** The place in the cluster: 0 is the primary. */
async function reached(config: ConnectionConfig): Promise<number> {
  await using connection = new Connection({ ...account(), hosts: cluster.hosts, ...config })
  await connection.connect()
  return cluster.servers.findIndex(({ port }) => port === connection.host?.port)
}

describe('of a primary and its standby', () => {
  it.each([
    ['any', 0, 1],
    ['read-write', 0, 0],
    ['primary', 0, 0],
    ['standby', 1, 1],
    ['read-only', 1, 1],
    ['prefer-standby', 1, 1],
  ] as const)('%s finds what it wants, whatever the order', async (targetSessionAttrs, place, reversed) => {
    expect(await reached({ targetSessionAttrs })).toBe(place)
    expect(await reached({ targetSessionAttrs, hosts: cluster.hosts.toReversed() })).toBe(reversed)
    expect(await reached({ targetSessionAttrs, hosts: [nowhere, ...cluster.hosts] })).toBe(place)
  })

  it('a standby that nobody has is preferred in vain, and required in vain', async () => {
    const hosts = [cluster.hosts[0] as typeof nowhere, nowhere]
    expect(await reached({ hosts, targetSessionAttrs: 'prefer-standby' })).toBe(0)
    await expect(reached({ hosts, targetSessionAttrs: 'standby' })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      hopeless: false,
      failure: { code: 'ECONNREFUSED' },
      cause: { errors: [{ message: `127.0.0.1:${hosts[0]?.port} is no standby` }, { code: 'ECONNREFUSED' }] },
    })
  })

  it('a password that is wrong is shown to the first only', async () => {
    const hosts = cluster.hosts
    const clients: unknown[] = []
    const password = () => {
      clients.push('asked')
      return 'wrong'
    }
    await expect(reached({ hosts, password })).rejects.toMatchObject({
      hopeless: true,
      failure: { code: '28P01' },
    })
    expect(clients).toHaveLength(1)
  })

  it('a standby is taken as long as what it shows is young enough', async () => {
    await cluster.caughtUp()
    expect(await reached({ targetSessionAttrs: 'prefer-standby', maxStalenessMs: 60_000 })).toBe(1)
    const { standby } = cluster
    await standby.sql('select pg_wal_replay_pause()')
    try {
      await cluster.leader.sql('create table since_then ()')
      const shown = 'select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() as "isBehind"'
      await eventually(async () => (await standby.sql(shown))[0]?.['isBehind'] === true, {
        what: 'it is behind',
      })
      expect(await reached({ targetSessionAttrs: 'prefer-standby', maxStalenessMs: 1 })).toBe(0)
      expect(await reached({ targetSessionAttrs: 'prefer-standby' })).toBe(1)
    } finally {
      await standby.sql('select pg_wal_replay_resume()')
    }
  })
})

describe('a primary that takes no more writes', () => {
  const readOnly = async (value: string) => {
    await cluster.leader.sql(`alter system set default_transaction_read_only = ${value}`)
    await cluster.leader.sql('select pg_reload_conf()')
  }

  it('is left by the whole pool when one of its members hears of it, and nothing fails', async () => {
    await using pool = new Pool({
      ...account(),
      hosts: cluster.hosts,
      targetSessionAttrs: 'read-write',
      min: 3,
      whileDown: { waitMs: 20_000 },
      acquireTimeoutMs: 20_000,
    })
    await pool.start()
    const members = [...pool.connections]
    const firstIds = members.map(({ processId }) => processId)
    await readOnly('on')
    try {
      // Asked again until the server has read its configuration.
      await eventually(
        async () => {
          const asked = pool.query('select 1')
          asked.catch(() => undefined)
          return members.every(({ isUsable }) => !isUsable)
        },
        { what: 'all of them have left', timeoutMs: 10_000 },
      )
    } finally {
      await readOnly('off')
    }
    await pool.query('create table after_all ()')
    const ids = [...pool.connections].map(({ processId }) => processId)
    for (const id of firstIds) expect(ids).not.toContain(id)
  })
})
