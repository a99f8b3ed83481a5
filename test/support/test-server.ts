// The server of a test file: one of its own, or the one PG_SUPERVISOR_TEST_URL names.
import type { QueryResultRow } from 'pg'
import { inject, type TestContext } from 'vitest'
import { type Postgres, type PostgresOptions, type StopMode, startPostgres } from '../../embedded/postgres.ts'
import { Admin } from './admin.ts'

const variable = 'PG_SUPERVISOR_TEST_URL'

/**
 * Starts a server for this test file, or takes the one of `PG_SUPERVISOR_TEST_URL`. That one is nobody's to break:
 * `stop`, `start`, `kill`, `pause` and `resume` throw there, and a test that needs them says so first.
 *
 * @example
 * const server = await testServer()
 * afterAll(() => server.dispose())
 *
 * it('comes back after a restart', async (context) => {
 *   server.mustBeStoppable(context)
 *   await server.stop('fast')
 * })
 */
export async function testServer(options: PostgresOptions = {}): Promise<TestServer> {
  const url = process.env[variable]
  if (url) return new TestServer(new URL(url), undefined)
  const template = inject('clusterTemplate')
  const own = await startPostgres(template === undefined ? options : { template, ...options })
  return new TestServer(new URL(own.url), own)
}

export class TestServer implements AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly #own: Postgres | undefined
  readonly #admin = new Admin(() => this.url)

  constructor(url: URL, own: Postgres | undefined) {
    this.url = url.href
    this.host = url.hostname
    this.port = Number(url.port || 5432)
    this.user = decodeURIComponent(url.username)
    this.password = decodeURIComponent(url.password)
    this.database = decodeURIComponent(url.pathname.slice(1)) || this.user
    this.#own = own
  }

  /** Whether `stop`, `start`, `kill`, `pause` and `resume` may be called. */
  get canBeStopped(): boolean {
    return this.#own !== undefined
  }

  /** Skips the running test, with the reason in the summary, when the server is not ours to stop. */
  mustBeStoppable(context: TestContext): void {
    context.skip(!this.canBeStopped, `stops the server, and ${variable} names one that is not ours; unset it`)
  }

  /** Runs SQL as the superuser on a client of its own and returns the rows. */
  sql<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return this.#admin.query<Row>(text, values)
  }

  /** Process ids of this user's sessions in this database, but for the one of `sql()`; oldest first. */
  async backends(applicationName?: string): Promise<number[]> {
    const rows = await this.sql<{ pid: number }>(
      `select pid from pg_stat_activity
        where backend_type = 'client backend' and datname = current_database() and usename = current_user
          and pid <> pg_backend_pid() and application_name <> 'pg-supervisor admin'
          and ($1::text is null or application_name = $1)
        order by backend_start`,
      [applicationName ?? null],
    )
    return rows.map(({ pid }) => pid)
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.#admin.leave()
    await this.#mine().stop(mode)
  }

  async start(settings?: PostgresOptions['settings']): Promise<void> {
    await this.#mine().start(settings)
  }

  async kill(): Promise<void> {
    await this.#admin.leave()
    await this.#mine().kill()
  }

  pause(): void {
    this.#mine().pause()
  }

  pausePostmaster(): void {
    this.#mine().pausePostmaster()
  }

  resume(): void {
    this.#mine().resume()
  }

  async dispose(): Promise<void> {
    await this.#admin.leave()
    await this.#own?.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  #mine(): Postgres {
    if (this.#own === undefined) throw new Error(`the server of ${variable} is not ours to stop or pause`)
    return this.#own
  }
}
