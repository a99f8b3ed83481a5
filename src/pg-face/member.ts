// One server session of the pool, for its borrowers a client of pg's and for the supervisor a connection that has a single
// session: its state is told by the same chart, and its end is that connection's.
import type { Connection } from '../api/connection.ts'
import { coreOf } from '../api/connection-readings.ts'
import { Lease } from '../api/leases/lease.ts'
import { listenTo } from './client.ts'
import type { FaceSettings } from './face-settings.ts'
import { type FaceClient, isStatement } from './pool-internals.ts'
import { type SessionState, sessionStateQuery, stateIn, tracesIn } from './session-state.ts'
import { Suspicion } from './traces.ts'
import { dialTimedOut } from './words-of-pg.ts'

export class Member {
  readonly connection: Connection
  readonly #settings: FaceSettings
  readonly #suspicion = new Suspicion()
  /** What the session held before anybody borrowed it, where somebody saw to it. */
  #before: SessionState | undefined
  readonly #patience = new AbortController()
  #lease: Lease | undefined
  /** Says that the borrower has given it back, to who looks for leaks. */
  returned: (() => void) | undefined
  /** The pool has told of its connect. */
  isAnnounced = false
  /** Taken from a borrower who has not given it back. */
  isReclaimed = false

  constructor(connection: Connection, settings: FaceSettings) {
    this.connection = connection
    this.#settings = settings
    if (settings.connection.settings !== undefined) this.#suspicion.of = 'some'
  }

  get isLost(): boolean {
    return !this.connection.isUsable
  }

  get isLent(): boolean {
    return this.#lease !== undefined
  }

  /** @param waitMs it is tried for so long; undefined = once */
  async dial(waitMs: number | undefined): Promise<FaceClient> {
    const { clock, dialTimeoutMs } = this.#settings
    const expire = (): void => this.giveUp(dialTimedOut(this.connection.name))
    // The whole of it, with the wait for leave to dial.
    const timer = waitMs === undefined ? clock.setTimeout(expire, dialTimeoutMs) : undefined
    try {
      await this.connection.connect(
        waitMs === undefined ? { signal: this.#patience.signal } : { deadlineMs: waitMs },
      )
    } finally {
      clock.clearTimeout(timer)
    }
    const client = this.connection.unsafeClient as unknown as FaceClient
    listenTo(client, this.#suspicion)
    return client
  }

  /** Of a dial that is not waited for. */
  giveUp(error: unknown): void {
    this.#patience.abort(error)
  }

  /** The session has been made ready for its borrowers: so it is to be when they give it back. */
  get mustBeRemembered(): boolean {
    return this.#suspicion.of !== 'none' && this.#settings.cleanSessions !== 'never'
  }

  async remember(): Promise<void> {
    const core = coreOf(this.connection)
    const request = core.newRequest({ text: sessionStateQuery, lane: core.mailbox.root, role: 'probe' })
    this.#before = stateIn(await core.ask(request))
    this.#suspicion.of = 'none'
  }

  /** The chart calls it inTransaction until it is taken back. */
  lend(): void {
    if (this.isLost) return
    const core = coreOf(this.connection)
    this.#lease = new Lease(core, 'session', core.mailbox.root)
    this.#lease.begin('', 'lease').catch(() => undefined)
  }

  takeBack(): void {
    this.returned?.()
    this.returned = undefined
    this.#lease?.end()
    this.#lease = undefined
  }

  /** It goes back as it is. */
  isClean(client: FaceClient): boolean {
    const { cleanSessions } = this.#settings
    if (cleanSessions === 'never') return true
    if (isBusy(client) || client.getTransactionStatus() !== 'I') return false
    return this.#suspicion.of === 'none' && cleanSessions === 'suspicious'
  }

  /**
   * Rolls back what was left open, and asks what else was left.
   *
   * @returns what can't be undone on the same session, in words; none where it is as it was
   */
  async clean(client: FaceClient): Promise<readonly string[]> {
    const { clock, cleanTimeoutMs } = this.#settings
    let timer: unknown
    const late = new Promise<readonly string[]>((resolve) => {
      const expire = (): void => {
        // Statements end by themselves, as in pg's pool; an open cursor does not.
        if (isStatement(client._activeQuery)) timer = clock.setTimeout(expire, cleanTimeoutMs)
        else resolve(['something under way'])
      }
      timer = clock.setTimeout(expire, cleanTimeoutMs)
    })
    try {
      return await Promise.race([this.#undo(client), late])
    } catch {
      // The server does not know the question, or the session is dead.
      return ['what nobody could find out']
    } finally {
      clock.clearTimeout(timer)
    }
  }

  async #undo(client: FaceClient): Promise<readonly string[]> {
    const lease = this.#lease
    await drained(client)
    if (lease === undefined || this.isLost) return []
    if (client.getTransactionStatus() !== 'I') {
      coreOf(this.connection).notices.publish({
        type: 'warning',
        reason: 'transactionLeftOpen',
        message: `a client of ${this.connection.name} was released with a transaction open; it was rolled back`,
      })
      await lease.ask('ROLLBACK', 'rollback')
    }
    if (this.#suspicion.of === 'hidden') return ['settings']
    if (this.#suspicion.of === 'none' && this.#settings.cleanSessions === 'suspicious') return []
    const state = stateIn(await lease.ask(sessionStateQuery))
    const traces = tracesIn(state ?? { answer: undefined }, this.#before)
    if (traces.length === 0) this.#suspicion.of = 'none'
    return traces
  }
}

const isBusy = ({ _activeQuery, _queryQueue, _sentQueryQueue, readyForQuery }: FaceClient): boolean =>
  !readyForQuery || Boolean(_activeQuery) || _queryQueue.length > 0 || _sentQueryQueue.length > 0

async function drained(client: FaceClient): Promise<void> {
  while (isBusy(client) && client._queryable) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        client.off('drain', done)
        client.off('end', done)
        resolve()
      }
      client.on('drain', done)
      client.on('end', done)
    })
  }
}
