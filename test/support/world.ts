// Where connections live while tests do things to them. When a world ends it asserts what must be true whatever happened:
// every promise settled, nothing thrown at the process, one `lost` a session, everything closed, no storm, no secret told,
// a path of the chart, and no operation called 'notApplied' that was applied.
import { randomBytes } from 'node:crypto'
import type { QueryResult } from 'pg'
import {
  Connection,
  type ConnectionConfig,
  type ConnectionEvents,
  type ConnectionNotice,
  type ConnectionState,
  type RequestOptions,
} from '../../src/index.ts'
import { eventually } from './eventually.ts'
import { openProxy, type TcpProxy } from './tcp-proxy.ts'
import { type TestServer, testServer } from './test-server.ts'
import { Baseline } from './world/baseline.ts'
import { pathFaults } from './world/chart-path.ts'
import { CountingClock } from './world/counting-clock.ts'
import { LifeRecord } from './world/life-record.ts'
import { lossFaults } from './world/loss-count.ts'
import { Markers, markerTable } from './world/markers.ts'
import { ProcessWatch } from './world/process-watch.ts'
import { PromiseWatch, type Verdict } from './world/promise-watch.ts'
import { endingFaults, leftOpen } from './world/reckoning.ts'
import { SecretWatch } from './world/secrets.ts'
import { StormWatch, stormFaults } from './world/storm-watch.ts'

export interface WorldOptions {
  /** Of every connection, unless that says otherwise. */
  config?: ConnectionConfig
  /** A cable to the server that can be cut. @default false */
  proxy?: boolean
  /** How many are connected from the beginning, as `world.connections`. @default 0 */
  connections?: number
  /** The server of the test file; without it the world has one of its own. */
  server?: TestServer
  /** Milliseconds until what is still open counts as left behind. @default 10_000 */
  patienceMs?: number
}

/**
 * Opens a world; leaving its block ends all its connections and asserts the invariants.
 *
 * @example
 * await using world = await openWorld({ server, proxy: true, connections: 1 })
 * const [connection] = world.connections
 * const asked = world.ask(connection, 'select pg_sleep(10)')
 * world.proxy.cut()
 * await expect(asked).rejects.toThrow(ConnectionLostError)
 */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const server = options.server ?? (await testServer())
  // The client of sql() stays open, so it belongs to the baseline.
  await server.sql('select 1')
  const proxy = options.proxy ? await openProxy(server) : undefined
  const world = new World(server, proxy, options)
  await world.open()
  return world
}

export class World implements AsyncDisposable {
  readonly server: TestServer
  readonly connections: Connection[] = []
  /** Not to be found in anything that the library writes: part of every statement asked by `ask`. */
  readonly literal = `literal_${randomBytes(8).toString('hex')}`
  /** The same, to be passed as a value. */
  readonly value = `value_${randomBytes(8).toString('hex')}`
  readonly storm = new StormWatch()
  readonly clock = new CountingClock()
  readonly #applicationName = `world_${randomBytes(6).toString('hex')}`
  readonly #proxy: TcpProxy | undefined
  readonly #options: WorldOptions
  readonly #promises = new PromiseWatch()
  readonly #secrets: SecretWatch
  readonly #process = new ProcessWatch()
  readonly #markers: Markers
  readonly #baseline = new Baseline()
  readonly #signals: AbortSignal[] = []
  readonly #lives = new Map<Connection, LifeRecord>()
  #lastMarker = 0

  constructor(server: TestServer, proxy: TcpProxy | undefined, options: WorldOptions) {
    this.server = server
    this.#proxy = proxy
    this.#options = options
    this.#markers = new Markers(server)
    this.#secrets = new SecretWatch([server.password, this.literal, this.value].filter(isTelling))
  }

  /** @internal use `openWorld` */
  async open(): Promise<void> {
    await this.#markers.prepare()
    for (let number = 0; number < (this.#options.connections ?? 0); number++) {
      this.connections.push(await this.connect())
    }
  }

  get proxy(): TcpProxy {
    if (this.#proxy === undefined) throw new Error('this world was opened without `proxy: true`')
    return this.#proxy
  }

  /** Where connections of this world go: the proxy, if there is one. */
  get url(): string {
    return this.#proxy?.urlOf(this.server.url) ?? this.server.url
  }

  /** Everything the library logged. */
  get logLines(): string[] {
    return this.#secrets.lines
  }

  /** A connection that is watched, not connected yet. */
  connection(config: ConnectionConfig = {}): Connection {
    const connection = new Connection({
      connectionString: this.url,
      application_name: this.#applicationName,
      // A backend at work notices a cut cable, and does not stay behind until its statement ends.
      options: '-c client_connection_check_interval=100',
      // Tests that look at what passes want to see what they asked for.
      deadManSettings: false,
      logger: this.#secrets.logger,
      clock: this.clock,
      clientFactory: this.storm.clientFactory,
      ...this.#options.config,
      ...config,
    })
    const life = new LifeRecord(connection, {
      hear: (notice) => {
        this.#secrets.hear(notice)
        if (notice.type === 'state') this.#secrets.look(connection)
      },
      track: (promise, label) => this.track(promise, label),
    })
    this.#lives.set(connection, life)
    return connection
  }

  async connect(config?: ConnectionConfig): Promise<Connection> {
    return this.connection(config).connect()
  }

  /** Watches a promise: it must settle by the end of the world, and its error must tell no secret. */
  track<P extends Promise<unknown>>(promise: P, label = 'a promise'): P {
    this.#promises.watch(promise, label)
    return promise
  }

  /** query(), tracked, with a canary in the text. */
  ask(
    connection: Connection,
    text: string,
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult> {
    return connection.query(`${text} /* ${this.literal} */`, values, options)
  }

  /**
   * Runs an operation that stores its marker in one row; at the end what its promise said is compared with what is stored.
   *
   * @param mostOften how often it may be applied: more than once only where somebody vouched for repeating it
   */
  operation<T>(work: (marker: string) => Promise<T>, mostOften = 1): Promise<T> {
    const marker = `${this.value}_${++this.#lastMarker}`
    const promise = work(marker)
    this.#markers.add(marker, this.#promises.watch(promise, `operation ${this.#lastMarker}`), mostOften)
    return promise
  }

  /** An INSERT as an operation. */
  write(connection: Pick<Connection, 'query'>, options?: RequestOptions): Promise<QueryResult> {
    const mostOften = options?.idempotent === true ? 9 : 1
    return this.operation((marker) => connection.query(this.insert, [marker], options), mostOften)
  }

  /** Takes the marker as its value. */
  get insert(): string {
    return `insert into ${markerTable} (marker) values ($1) /* ${this.literal} */`
  }

  async applied(marker: string): Promise<boolean> {
    return (await this.#markers.count(marker)) > 0
  }

  /** Of every promise so far, in the order of the calls. */
  get verdicts(): Verdict[] {
    return this.#promises.all.map(({ verdict }) => verdict)
  }

  /** An AbortController on whose signal nothing may listen in the end. */
  controller(): AbortController {
    const controller = new AbortController()
    this.#signals.push(controller.signal)
    return controller
  }

  /** Waits for every promise so far to settle by itself. */
  async settled(timeoutMs = 5000): Promise<void> {
    await this.#promises.settled(timeoutMs)
    const { pending } = this.#promises
    if (pending.length > 0) throw new Error(`not settled within ${timeoutMs} ms: ${pending.join(', ')}`)
  }

  notices(connection: Connection): readonly ConnectionNotice[] {
    return this.#lifeOf(connection).notices
  }

  noticesOf<K extends ConnectionNotice['type']>(connection: Connection, type: K): ConnectionEvents[K][] {
    return this.#lifeOf(connection).of(type)
  }

  /** The words the connection went through, the first included. */
  states(connection: Connection): ConnectionState[] {
    return this.#lifeOf(connection).states
  }

  /** Waits for a notice of this kind, from the `count`th on. */
  told<K extends ConnectionNotice['type']>(
    connection: Connection,
    type: K,
    count = 1,
    timeoutMs = 5000,
  ): Promise<ConnectionEvents[K]> {
    const found = () => this.noticesOf(connection, type)[count - 1] ?? false
    return eventually(found, { what: `notice ${count} of the kind '${type}'`, timeoutMs }) as Promise<
      ConnectionEvents[K]
    >
  }

  /** Waits until the connection is in a state; one it only passes through may be missed. */
  reached(connection: Connection, state: ConnectionState, timeoutMs = 5000): Promise<unknown> {
    return eventually(() => connection.state === state, { what: `the state ${state}`, timeoutMs })
  }

  /** Ends a connection's backend, as an administrator does. */
  async kill(connection: Connection): Promise<void> {
    await this.server.sql('select pg_terminate_backend($1)', [connection.processId])
  }

  /** Waits until the server runs a statement of this connection whose text matches. */
  async running(connection: Connection, like: string): Promise<void> {
    const runs = async () => {
      const rows = await this.server.sql(
        `select 1 from pg_stat_activity where pid = $1 and state = 'active' and query like $2`,
        [connection.processId, like],
      )
      return rows.length === 1
    }
    await eventually(runs, { what: `the server runs ${like}` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const faults = await this.#reckon()
    this.#process.stop()
    if (this.#options.server === undefined) await this.server.dispose()
    if (faults.length > 0) throw new Error(`invariants are broken:\n- ${faults.join('\n- ')}`)
  }

  #lifeOf(connection: Connection): LifeRecord {
    const life = this.#lives.get(connection)
    if (life === undefined) throw new Error('this connection is not of this world')
    return life
  }

  async #reckon(): Promise<string[]> {
    const { server, clock } = this
    const faults: string[] = []
    for (const connection of this.#lives.keys()) {
      this.#secrets.look(connection, 4)
      faults.push(...(await endingFaults(connection)))
    }
    const patienceMs = this.#options.patienceMs ?? 10_000
    await this.#promises.settled(patienceMs)
    faults.push(...this.#promises.pending.map((label) => `not settled: ${label}`))
    faults.push(
      ...(await leftOpen({
        server,
        clock,
        proxy: this.#proxy,
        applicationName: this.#applicationName,
        signals: this.#signals,
        baseline: this.#baseline,
        patienceMs,
      })),
    )
    for (const life of this.#lives.values()) {
      const found = [...pathFaults(life.of('state')), ...lossFaults(life.notices), ...life.traceFaults()]
      faults.push(...found.map((fault) => `${life.connection.name}: ${fault}`))
    }
    for (const error of this.#promises.errors) this.#secrets.judge(error)
    faults.push(...(await this.#markers.faults()))
    faults.push(...stormFaults(this.storm.attempts), ...this.#secrets.faults, ...this.#process.faults)
    return faults
  }
}

/** A test server without a password, or with a short one, has nothing to look for. */
const isTelling = (secret: string): boolean => secret.length >= 8
