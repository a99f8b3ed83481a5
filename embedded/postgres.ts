// A real PostgreSQL for the demo, the tests and the bench: started in a moment, broken in every way a server can
// break, and never left behind.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, serverAccount } from './account.ts'
import { type Binaries, usableBinaries } from './binaries.ts'
import { clearAway } from './clear-away.mjs'
import { type Cluster, createCluster, user } from './cluster.ts'
import { freePort } from './free-port.ts'
import { release } from './janitor.ts'
import { type Postmaster, ServerDidNotStartError, spawnPostmaster } from './postmaster.ts'
import { processesIn, signalAll } from './processes.mjs'
import { commandLine, type Settings } from './settings.ts'
import { makeStandby } from './standby.ts'

export interface PostgresOptions {
  /** Run-time settings for every start. `max_connections` is 100 and `shared_buffers` 32MB unless you say otherwise. */
  readonly settings?: Settings
  /** Keep `fsync` and `full_page_writes` on, as a bench of real commits wants. @default false */
  readonly durable?: boolean
  /** A folder to copy the cluster from; the first to come fills it with initdb. Saves that second for the others. */
  readonly template?: string
  /** Begins as its streaming standby. Both have to be copies of one `template`, so that they are one cluster. */
  readonly standbyOf?: Postgres
  /** Milliseconds a start may take, crash recovery included. @default 30000 */
  readonly startTimeoutMs?: number
}

/** `smart` waits for the clients to leave, `fast` disconnects them, `immediate` skips the final checkpoint too. */
export type StopMode = 'smart' | 'fast' | 'immediate'

const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/**
 * Makes a cluster with a random password, starts a server on a free port of 127.0.0.1 and waits until it accepts
 * connections. As root the server runs under an unprivileged account. Should this process end without `dispose()`,
 * even by SIGKILL, a janitor process stops the server and removes its folder.
 *
 * @example
 * await using server = await startPostgres({ settings: { max_connections: 5 } })
 * const client = new pg.Client(server.url)
 * await client.connect()
 * await server.kill()
 * await server.start() // same port, same data
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const account = serverAccount()
  const binaries = await usableBinaries(account)
  const cluster = await createCluster(binaries, account, options.template)
  if (options.standbyOf !== undefined) await makeStandby(cluster, account, options.standbyOf)
  const postgres = new Postgres(options, account, binaries, cluster)
  try {
    await postgres.start()
    return postgres
  } catch (error) {
    await postgres.dispose()
    throw error
  }
}

/** An embedded server: one data folder and one port for its whole life, any number of starts. */
export class Postgres implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly user = user
  readonly database = 'postgres'
  readonly password: string
  readonly settings: Settings
  readonly #options: PostgresOptions
  readonly #account: Account
  readonly #binaries: Binaries
  readonly #cluster: Cluster
  #port = 0
  #run: Postmaster | undefined

  /** @internal use `startPostgres` */
  constructor(options: PostgresOptions, account: Account, binaries: Binaries, cluster: Cluster) {
    this.#options = options
    this.#account = account
    this.#binaries = binaries
    this.#cluster = cluster
    this.settings = options.settings ?? {}
    this.password = cluster.password
  }

  get port(): number {
    return this.#port
  }

  /** `postgres://user:password@127.0.0.1:port/database` */
  get url(): string {
    return `postgres://${this.user}:${this.password}@${this.host}:${this.#port}/${this.database}`
  }

  /** The folder with everything of this server. */
  get folder(): string {
    return this.#cluster.folder
  }

  get isRunning(): boolean {
    return this.#run !== undefined && !this.#run.hasEnded()
  }

  /** The postmaster's process id. */
  get pid(): number {
    return this.#running().pid
  }

  /** What the server has written since its last start. */
  log(): Promise<string> {
    return readFile(this.#cluster.log, 'utf8')
  }

  /**
   * Starts the stopped or killed server again, on the same port and data, and waits until it accepts connections.
   *
   * @param settings on top of the server's own, for this run only
   */
  async start(settings: Settings = {}): Promise<void> {
    if (this.isRunning) throw new Error('the server is running already')
    const timeoutMs = this.#options.startTimeoutMs ?? 30_000
    const deadline = Date.now() + timeoutMs
    const mayMove = this.#port === 0
    for (;;) {
      if (mayMove) this.#port = await freePort()
      try {
        return await this.#startOnce(settings, deadline - Date.now())
      } catch (error) {
        const wasInTheWay = error instanceof ServerDidNotStartError && error.portWasTaken
        if (!wasInTheWay || Date.now() > deadline) throw error
        await sleep(50)
      }
    }
  }

  /** Shuts the server down, paused or not; resolves when all its processes are gone. Does nothing when it is stopped. */
  async stop(mode: StopMode = 'fast', timeoutMs = 30_000): Promise<void> {
    if (!this.isRunning) return
    const run = this.#running()
    signalAll([run.pid], stopSignals[mode])
    this.resume()
    await run.gone(timeoutMs)
  }

  /**
   * Kills the postmaster with SIGKILL, as the kernel does when memory runs out, and waits until its children have
   * noticed and gone. Those that cannot notice, because they are paused or busy, are killed after a second.
   */
  async kill(): Promise<void> {
    const run = this.#running()
    signalAll([run.pid], 'SIGKILL')
    try {
      await run.gone(1000)
    } catch {
      signalAll(processesIn(this.folder), 'SIGKILL')
      await run.gone(10_000)
    }
  }

  /** Stops all processes of the server with SIGSTOP: sockets stay open, the kernel accepts, nobody answers. */
  pause(): void {
    this.pausePostmaster() // first, so that it starts no further ones
    signalAll(processesIn(this.folder), 'SIGSTOP')
  }

  /** Stops only the postmaster: sessions go on, new connections are accepted by the kernel and never answered. */
  pausePostmaster(): void {
    signalAll([this.#running().pid], 'SIGSTOP')
  }

  /** Lets a paused server go on where it was. */
  resume(): void {
    signalAll(processesIn(this.folder), 'SIGCONT')
  }

  /** Stops the server at once and removes its data. Harmless when called again. */
  async dispose(): Promise<void> {
    await clearAway(this.folder)
    release(this.folder)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  async #startOnce(settings: Settings, timeoutMs: number): Promise<void> {
    const { data, folder } = this.#cluster
    const { durable = false } = this.#options
    const all = { ...this.settings, ...settings }
    const args = commandLine(data, this.#port, basename(folder), all, durable)
    this.#run = spawnPostmaster(this.#binaries.postgres, this.#cluster, this.#account, args)
    try {
      await this.#run.ready(timeoutMs)
    } catch (error) {
      signalAll(processesIn(folder), 'SIGKILL')
      throw error
    }
  }

  #running(): Postmaster {
    if (this.#run === undefined || this.#run.hasEnded()) throw new Error('the server is not running')
    return this.#run
  }
}
