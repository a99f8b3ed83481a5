// Where connections live while tests do things to them. When a world ends it asserts what must be true whatever happened:
// every promise settled, nothing thrown at the process, one `lost` a session, everything closed, no storm, no secret told,
// a path of the chart, and no operation called 'notApplied' that was applied.
import { randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
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
import { Baseline, socketsTo } from './world/baseline.ts'
import { pathFaults } from './world/chart-path.ts'
import { CountingClock } from './world/counting-clock.ts'
import { lossFaults } from './world/loss-count.ts'
import { Markers, markerTable } from './world/markers.ts'
import { ProcessWatch } from './world/process-watch.ts'
import { PromiseWatch, type Verdict } from './world/promise-watch.ts'
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
  /** Milliseconds until what is still open counts as left behind. @default 3000 */
  patienceMs?: number
}

const noticeTypes: Record<ConnectionNotice['type'], true> = {
  state: true,
  connected: true,
  lost: true,
  reconnecting: true,
  dead: true,
  closed: true,
  notification: true,
  gap: true,
  notice: true,
  warning: true,
  overflow: true,
  listenerError: true,
}
const promising = [
  'connect',
  'ready',
  'end',
  'query',
  'execute',
  'call',
  'notify',
  'transaction',
  'session',
  'listen',
  'unlisten',
] as const

/** A server that does not answer is cut off after 500 ms; the rest is for a busy machine. */
const endBoundMs = 2000
const settleBoundMs = 500

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
  readonly #notices = new Map<Connection, ConnectionNotice[]>()
  readonly #socketsBefore: number
  #lastMarker = 0

  constructor(server: TestServer, proxy: TcpProxy | undefined, options: WorldOptions) {
    this.server = server
    this.#proxy = proxy
    this.#options = options
    this.#markers = new Markers(server)
    this.#secrets = new SecretWatch([server.password, this.literal, this.value].filter(isTelling))
    this.#socketsBefore = socketsTo(this.#port)
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
      logger: this.#secrets.logger,
      clock: this.clock,
      clientFactory: this.storm.clientFactory,
      ...this.#options.config,
      ...config,
    })
    this.#watch(connection)
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
    return this.#notices.get(connection) ?? []
  }

  noticesOf<K extends ConnectionNotice['type']>(connection: Connection, type: K): ConnectionEvents[K][] {
    return this.notices(connection).filter((notice) => notice.type === type) as ConnectionEvents[K][]
  }

  /** The words the connection went through, the first included. */
  states(connection: Connection): ConnectionState[] {
    return ['idle', ...this.noticesOf(connection, 'state').map(({ to }) => to)]
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

  /** Waits until the connection has reached a state, if only to pass through it. */
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
    const faults = await this.#end()
    this.#process.stop()
    if (this.#options.server === undefined) await this.server.dispose()
    if (faults.length > 0) throw new Error(`invariants are broken:\n- ${faults.join('\n- ')}`)
  }

  get #port(): number {
    return this.#proxy?.port ?? this.server.port
  }

  #watch(connection: Connection): void {
    const heard: ConnectionNotice[] = []
    this.#notices.set(connection, heard)
    for (const type of Object.keys(noticeTypes) as ConnectionNotice['type'][]) {
      connection.on(type, (notice) => {
        heard.push(notice)
        this.#secrets.hear(notice)
        if (type === 'state') this.#secrets.look(connection)
      })
    }
    for (const method of promising) {
      const original = (connection[method] as (...args: unknown[]) => Promise<unknown>).bind(connection)
      Object.defineProperty(connection, method, {
        value: (...args: unknown[]) => this.track(original(...args), `${connection.name}.${method}()`),
      })
    }
  }

  async #end(): Promise<string[]> {
    const faults: string[] = []
    for (const connection of this.#notices.keys()) {
      this.#secrets.look(connection, 4)
      const began = performance.now()
      await within(connection.end(), endBoundMs).catch((error: unknown) =>
        faults.push(`end(): ${String(error)}`),
      )
      const tookMs = performance.now() - began
      if (tookMs > endBoundMs) faults.push(`end() took ${Math.round(tookMs)} ms`)
      if (connection.state !== 'closed') faults.push(`${connection.name} is ${connection.state} after end()`)
      if (connection.pending !== 0)
        faults.push(`${connection.name} has ${connection.pending} pending after end()`)
    }
    await this.#promises.settled(settleBoundMs)
    faults.push(...this.#promises.pending.map((label) => `not settled: ${label}`))
    faults.push(...(await this.#leftOpen()))
    for (const [connection, heard] of this.#notices) {
      const name = connection.name
      faults.push(...pathFaults(this.noticesOf(connection, 'state')).map((fault) => `${name}: ${fault}`))
      faults.push(...lossFaults(heard).map((fault) => `${name}: ${fault}`))
    }
    for (const error of this.#promises.errors) this.#secrets.judge(error)
    faults.push(...(await this.#markers.faults()))
    faults.push(...stormFaults(this.storm.attempts))
    faults.push(...this.#secrets.faults)
    faults.push(...this.#process.faults)
    return faults
  }

  /** First what the connections hold, with the cable as it is; then, with a mended server, what that holds. */
  async #leftOpen(): Promise<string[]> {
    const faults: string[] = []
    const wait = (what: string, excess: () => Promise<string[]> | string[]) =>
      eventually(
        async () => {
          const left = await excess()
          if (left.length > 0) throw new Error(left.join(', '))
        },
        { what, timeoutMs: this.#options.patienceMs ?? 3000 },
      ).catch((error: unknown) => faults.push(String(error)))
    await wait('no timer is left', () => this.clock.openTimers.map((ms) => `a timer of ${ms} ms`))
    await wait('no socket is left', () => {
      const left = socketsTo(this.#port) - this.#socketsBefore
      return left > 0 && this.#proxy !== undefined ? [`${left} sockets`] : []
    })
    await wait('nobody listens to a signal', () => {
      const left = this.#signals.flatMap((signal) => getEventListeners(signal, 'abort'))
      return left.length > 0 ? [`${left.length} listeners`] : []
    })
    this.#proxy?.close()
    await this.#mendServer()
    await wait('no backend is left', async () => {
      const pids = await this.server.backends(this.#applicationName)
      return pids.map((pid) => `backend ${pid}`)
    })
    await wait('everything is closed', () => this.#baseline.excess)
    return faults
  }

  async #mendServer(): Promise<void> {
    if (!this.server.canBeStopped) return
    this.server.resume()
    await this.server.sql('select 1').catch(() => this.server.start())
    await this.server.sql('select 1')
  }
}

/** A test server without a password, or with a short one, has nothing to look for. */
const isTelling = (secret: string): boolean => secret.length >= 8

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
