// What is done for a pool of pg's besides what it does itself: a connection of ours behind each client, dead clients taken
// from borrowers whom others wait for, and sessions that go back as they came.
import type { Connection } from '../api/connection.ts'
import { coreOf } from '../api/connection-readings.ts'
import { LeakWatch } from '../api/pool/leak-watch.ts'
import { ConnectFailedError } from '../errors/connect-errors.ts'
import type { Failure } from '../errors/failure.ts'
import type { FaceSettings } from './face-settings.ts'
import { idleListenerFor } from './idle-listener.ts'
import { Line } from './line.ts'
import { Member } from './member.ts'
import { Outage } from './outage.ts'
import type { ConnectCallback, FaceClient, PendingItem, PoolInternals } from './pool-internals.ts'
import { Recruiting } from './recruiting.ts'
import { inWordsOfPg } from './words-of-pg.ts'

export class Supervision {
  readonly #pool: PoolInternals
  readonly #settings: FaceSettings
  readonly #recruiting: Recruiting
  readonly #outage: Outage
  readonly #leaks: LeakWatch<FaceClient>
  readonly #line: Line
  /** By their clients. */
  readonly #members = new Map<object, Member>()
  /** Also those that are being dialled, and those that are being ended. */
  readonly #connections = new Set<Connection>()

  constructor(pool: PoolInternals, settings: FaceSettings) {
    this.#pool = pool
    this.#settings = settings
    this.#outage = new Outage(settings.waitMs !== undefined, settings.reconnectRate)
    this.#recruiting = new Recruiting(pool, settings, (...asked) => this.#outage.limitFor(...asked))
    this.#leaks = new LeakWatch(settings, (client, heldMs, stack) => {
      settings.logger?.warn('a client is held for long', { pool: settings.name, heldMs, stack })
      pool.emit('leak', { client, heldMs, stack })
    })
    this.#line = new Line(pool, settings, this.#outage)
  }

  get connections(): ReadonlySet<Connection> {
    return new Set(this.#connections)
  }

  /** Nobody has to listen for errors: that a session died is told by its connection, too. */
  tellError(error: unknown): void {
    this.#settings.logger?.error('an idle client failed', { pool: this.#settings.name, error: String(error) })
  }

  wasAnnounced(client: unknown): boolean {
    return this.#members.get(client as object)?.isAnnounced === true
  }

  // ── A place in the line ──

  /** @param ask pg-pool's connect */
  connect(
    callback: ConnectCallback,
    ask: (callback: ConnectCallback) => void,
    caller: (...args: never[]) => unknown,
  ): void {
    if (this.#pool._isFull() && this.#pool._idle.length === 0) this.reclaim()
    const stack = this.#leaks.stackOf(caller)
    const answer: ConnectCallback = (error, client, release) => {
      const member = client && this.#members.get(client)
      if (member !== undefined) member.returned = this.#leaks.watch(client as unknown as FaceClient, stack)
      callback(error, client, release)
    }
    this.#line.join(answer, ask)
  }

  // ── A new session ──

  /** As pg-pool's newClient, with a connection of ours in between. */
  dial(pending: PendingItem): void {
    const pool = this.#pool
    const connection = this.#recruiting.connection()
    const member = new Member(connection, this.#settings)
    this.#connections.add(connection)
    this.#outage.join(connection, (error) => member.giveUp(error))
    coreOf(connection).actor.subscribe(({ context: { failure } }) => this.#heed(failure))
    pool._clients.push(member)
    pool.log('connecting new client')
    // Out of the promise: what a callback of the user's throws is not ours to swallow.
    member.dial(this.#line.patienceOf(pending)).then(
      (client) => process.nextTick(() => this.#dialled(member, client, pending)),
      (error: unknown) => process.nextTick(() => this.#failed(member, error, pending)),
    )
  }

  /** Of an attempt that the next one follows. That of a dial which only waited for others says nothing. */
  #heed(failure: Failure | undefined): void {
    if (failure?.phase === 'connecting' && failure.kind !== 'timeout')
      this.#outage.failed(failure.error ?? failure, this.#now)
  }

  #dialled(member: Member, client: FaceClient, pending: PendingItem): void {
    const pool = this.#pool
    this.#outage.isOver()
    this.#members.set(client, member)
    pool._clients = pool._clients.map((occupant) => (occupant === member ? client : occupant))
    coreOf(member.connection).actor.on('lost', () => this.#lost(client))
    const idleListener = idleListenerFor(pool, client)
    client.on('error', idleListener)
    pool.log('new client connected')
    const { onConnect } = pool.options
    const join = (): void => pool._afterConnect(client, pending, idleListener)
    if (onConnect === undefined) return join()
    pool
      ._promiseTry(() => onConnect(client))
      .then(join, (error: unknown) => {
        pool._clients = pool._clients.filter((occupant) => occupant !== client)
        client.end(() => this.#refuse(pending, error))
        this.left(client)
      })
  }

  #failed(member: Member, error: unknown, pending: PendingItem): void {
    const pool = this.#pool
    const hasWaited = this.#settings.waitMs !== undefined && error instanceof ConnectFailedError
    const told =
      (hasWaited && error.failure.kind === 'timeout' && this.#outage.lastError) || inWordsOfPg(error)
    pool.log('client failed to connect', told)
    // What is wrong with this configuration says nothing of the host.
    if (!(error instanceof ConnectFailedError && error.hopeless)) this.#outage.failed(told, this.#now)
    pool._clients = pool._clients.filter((occupant) => occupant !== member)
    this.#dismiss(member)
    this.#refuse(pending, told)
  }

  #refuse({ callback, timedOut }: PendingItem, error: unknown): void {
    this.#pool._pulseQueue()
    if (timedOut !== true) callback(error, undefined, () => undefined)
  }

  // ── Lent and given back ──

  /** @param acquire pg-pool's _acquireClient, which tells of a new client first */
  acquire(client: FaceClient, isNew: boolean, acquire: () => void): void {
    const member = this.#members.get(client)
    if (member === undefined) return acquire()
    const lend = (): void => {
      member.lend()
      acquire()
    }
    if (!isNew) return lend()
    this.#pool.emit('connect', client)
    member.isAnnounced = true
    if (!member.mustBeRemembered) return lend()
    const next = (): void => process.nextTick(lend)
    member.remember().then(next, next)
  }

  /** @param release pg-pool's _release */
  release(client: FaceClient, error: unknown, release: () => void): void {
    const member = this.#members.get(client)
    if (member === undefined) return release()
    if (member.isReclaimed) {
      this.#members.delete(client)
      return
    }
    const goBack = (): void => {
      member.takeBack()
      release()
    }
    member.returned?.()
    const goesAnyway = Boolean(error) || this.#pool.ending || member.isLost || !client._queryable
    if (goesAnyway || client._ending || member.isClean(client)) return goBack()
    void member.clean(client).then((traces) => {
      if (traces.length > 0) this.#replace(client, member, traces)
      process.nextTick(goBack)
    })
  }

  #replace(client: FaceClient, member: Member, traces: readonly string[]): void {
    const { name, logger } = this.#settings
    this.#pool._expired.add(client)
    const words = `a client was released with ${traces.join(', ')}; its session is replaced`
    logger?.warn(words, { pool: name, connection: member.connection.name })
    this.#pool.emit('replaced', { client, traces })
  }

  // ── The end of a session ──

  #lost(client: FaceClient): void {
    // Also where its socket does not know yet: a heartbeat went unanswered.
    client._queryable = false
    if (![...this.#members.values()].some(({ isLost }) => !isLost)) this.#outage.lostAll(this.#now)
    const { ending, _pendingQueue } = this.#pool
    if (ending || (_pendingQueue.length > 0 && this.#pool._isFull())) this.reclaim()
  }

  /** Whoever holds a dead client may do so for ever: those who wait get another, and the end does not wait for it. */
  reclaim(): void {
    const pool = this.#pool
    for (const [client, member] of [...this.#members]) {
      if (!member.isLost || !member.isLent) continue
      member.isReclaimed = true
      this.#settings.logger?.warn('a dead client was taken from its borrower', { pool: this.#settings.name })
      pool._remove(client as FaceClient, () => pool._pulseQueue())
    }
  }

  /** pg-pool has it no more. */
  left(client: FaceClient): void {
    const member = this.#members.get(client)
    if (member === undefined) return
    member.takeBack()
    // Its borrower may give it back still.
    if (!member.isReclaimed) this.#members.delete(client)
    this.#dismiss(member)
  }

  #dismiss({ connection }: Member): void {
    this.#outage.leave(connection)
    const gone = (): void => {
      this.#connections.delete(connection)
    }
    connection.end().then(gone, gone)
  }

  get #now(): number {
    return this.#settings.clock.now()
  }
}
