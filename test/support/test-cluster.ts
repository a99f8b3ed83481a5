// A primary and its streaming standbys, started from copies of one folder.
import type { QueryResultRow } from 'pg'
import { inject } from 'vitest'
import { serverAccount } from '../../embedded/account.ts'
import { clearAway } from '../../embedded/clear-away.mjs'
import { guardedFolder } from '../../embedded/cluster.ts'
import { type Postgres, type PostgresOptions, startPostgres } from '../../embedded/postgres.ts'
import { eventually } from './eventually.ts'
import { TestServer } from './test-server.ts'

/**
 * @param settings of the primary alone: what a promoted standby has not, such as a synchronous standby to wait for
 *
 * @example
 * const cluster = await startCluster()
 * afterAll(() => cluster.dispose())
 * await cluster.primary.kill()
 * await cluster.promote(cluster.standbys[0])
 */
export async function startCluster(
  count = 1,
  settings: PostgresOptions['settings'] = {},
): Promise<TestCluster> {
  const shared = inject('clusterTemplate')
  const template = shared ?? (await guardedFolder(serverAccount()))
  const primary = await startPostgres({ template, settings })
  const standbys = await Promise.all(
    Array.from({ length: count }, () => startPostgres({ template, standbyOf: primary })),
  )
  if (shared === undefined) await clearAway(template)
  return new TestCluster(primary, standbys)
}

export class TestCluster implements AsyncDisposable {
  readonly primary: TestServer
  readonly standbys: readonly TestServer[]
  /** The one that takes writes, as far as the test has decided. */
  leader: TestServer

  constructor(primary: Postgres, standbys: readonly Postgres[]) {
    this.primary = new TestServer(new URL(primary.url), primary)
    this.standbys = standbys.map((each) => new TestServer(new URL(each.url), each))
    this.leader = this.primary
  }

  get servers(): readonly TestServer[] {
    return [this.primary, ...this.standbys]
  }

  get standby(): TestServer {
    return this.standbys[0] as TestServer
  }

  get hosts(): { host: string; port: number }[] {
    return this.servers.map(({ host, port }) => ({ host, port }))
  }

  /** Makes the leader of a standby; resolves when it takes writes. */
  async promote(standby: TestServer = this.standby): Promise<void> {
    await standby.sql('select pg_promote()')
    this.leader = standby
  }

  /** Waits until a standby shows all that the leader has written so far. */
  async caughtUp(standby: TestServer = this.standby): Promise<void> {
    const [{ lsn } = { lsn: '' }] = await this.leader.sql<{ lsn: string }>(
      'select pg_current_wal_lsn() as lsn',
    )
    await eventually(
      async () => {
        const text = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as "isThere"'
        const [row] = await standby.sql<{ isThere: boolean }>(text, [lsn])
        return row?.isThere === true
      },
      { what: 'the standby has replayed everything', timeoutMs: 10_000 },
    )
  }

  /** For a world: a server whose SQL runs on the leader of the moment, and that is not the world's to mend. */
  get asServer(): TestServer {
    return new LeadingServer(this)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.dispose()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

class LeadingServer extends TestServer {
  readonly #cluster: TestCluster

  constructor(cluster: TestCluster) {
    super(new URL(cluster.primary.url), undefined)
    this.#cluster = cluster
  }

  override sql<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]> {
    return this.#cluster.leader.sql<Row>(text, values)
  }
}
