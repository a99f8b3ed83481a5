// What we lean on in pg-pool and pg beyond their types, in one place; the tests that run on both pools hold them to it.
// Read in pg-pool 3.14.0, index.js, and pg 8.23.1, lib/client.js.
import type { Duplex } from 'node:stream'
import pg, { type PoolClient } from 'pg'

export type Release = (error?: unknown) => void
export type ConnectCallback = (error: unknown, client: PoolClient | undefined, release: Release) => void
export type IdleListener = (error: Error & { client?: unknown }) => void

/** Somebody who waits for a client. */
export interface PendingItem {
  readonly callback: ConnectCallback
  /** Told already that it took too long: whatever comes goes back at once. */
  timedOut?: boolean
}

/** A client as pg-pool sees it, and we. */
export interface FaceClient extends NodeJS.EventEmitter {
  readonly connection: { readonly stream: Duplex }
  readonly readyForQuery: boolean
  /** False once its socket is dead. */
  _queryable: boolean
  /** end() was called. */
  readonly _ending: boolean
  readonly _activeQuery: object | null | undefined
  readonly _queryQueue: readonly object[]
  readonly _sentQueryQueue: readonly object[]
  query(...question: unknown[]): unknown
  getTransactionStatus(): 'I' | 'T' | 'E' | null
  end(ended: () => void): void
  release: Release
}

export type ClientClass = new (config: object) => FaceClient

export interface PoolInternals extends NodeJS.EventEmitter {
  readonly options: Readonly<Record<string, unknown>> & {
    readonly onConnect?: (client: FaceClient) => unknown
  }
  readonly ending: boolean
  log: (...words: unknown[]) => void
  Client: ClientClass
  Promise: PromiseConstructor
  /** Also what holds the place of one that is being dialled: it is counted by their number. */
  _clients: object[]
  readonly _idle: readonly object[]
  readonly _pendingQueue: PendingItem[]
  /** Those that go at their release. */
  readonly _expired: WeakSet<object>
  _isFull(): boolean
  _pulseQueue(): void
  _remove(client: FaceClient, removed?: () => void): void
  _promiseTry(work: () => unknown): Promise<unknown>
  newClient(pending: PendingItem): void
  _afterConnect(client: FaceClient, pending: PendingItem, idleListener: IdleListener): void
  _acquireClient(client: FaceClient, pending: PendingItem, idleListener: IdleListener, isNew: boolean): void
  _release(client: FaceClient, idleListener: IdleListener, error: unknown): void
  connect(): Promise<PoolClient>
  connect(callback: ConnectCallback): void
  end(): Promise<void>
  end(callback: (error?: Error) => void): void
}

/** pg's own pool, with what its types don't tell. */
export const PgPool = pg.Pool as unknown as new (config?: object) => PoolInternals

/** What is no client of pg's, a test's for one, nobody here could supervise. */
export const isPgClient = (candidate: unknown): candidate is ClientClass =>
  candidate === pg.Client || (typeof candidate === 'function' && candidate.prototype instanceof pg.Client)

/** What ends by itself; a cursor or a stream needs its user. */
export const isStatement = (query: object | null | undefined): boolean => query instanceof pg.Query
