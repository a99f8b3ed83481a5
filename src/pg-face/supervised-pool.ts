// pg's pool with its inner methods overridden; what is done there is in supervision.ts.
import type { PoolClient } from 'pg'
import type { Connection } from '../api/connection.ts'
import { Client } from './client.ts'
import { readFaceConfig } from './face-settings.ts'
import type { PoolConfig } from './pool-config.ts'
import {
  type ClientClass,
  type ConnectCallback,
  type FaceClient,
  type IdleListener,
  isPgClient,
  type PendingItem,
  PgPool,
} from './pool-internals.ts'
import { Supervision } from './supervision.ts'

// Libraries know a pool by the name of its class (rate-limiter-flexible, drizzle-orm), and wrap it in proxies, which private
// fields would not survive.
export const SupervisedPool = class Pool extends PgPool {
  readonly _supervision: Supervision

  constructor(config: PoolConfig = {}) {
    super(config)
    this.Client = (config.Client ?? Client) as unknown as ClientClass
    this._supervision = new Supervision(this, readFaceConfig(config))
  }

  get connections(): ReadonlySet<Connection> {
    return this._supervision.connections
  }

  override connect(): Promise<PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    if (callback !== undefined) {
      this._supervision.connect(callback, (answer) => super.connect(answer), this.connect)
      return
    }
    const connected = new this.Promise<PoolClient>((resolve, reject) => {
      this.connect((error, client) => (error ? reject(error) : resolve(client as PoolClient)))
    })
    // As pg-pool: from where it was asked for, and not from inside of a socket.
    return connected.catch((error: Error) => {
      Error.captureStackTrace(error)
      throw error
    })
  }

  override end(): Promise<void>
  override end(callback: (error?: Error) => void): void
  override end(callback?: (error?: Error) => void): Promise<void> | void {
    this._supervision.reclaim()
    return callback === undefined ? super.end() : super.end(callback)
  }

  override newClient(pending: PendingItem): void {
    if (isPgClient(this.Client)) this._supervision.dial(pending)
    else super.newClient(pending)
  }

  override _acquireClient(
    client: FaceClient,
    pending: PendingItem,
    idleListener: IdleListener,
    isNew: boolean,
  ): void {
    const acquire = (): void => super._acquireClient(client, pending, idleListener, isNew)
    this._supervision.acquire(client, isNew, acquire)
  }

  override _release(client: FaceClient, idleListener: IdleListener, error: unknown): void {
    this._supervision.release(client, error, () => super._release(client, idleListener, error))
  }

  override _remove(client: FaceClient, removed?: () => void): void {
    super._remove(client, removed)
    this._supervision.left(client)
  }

  override emit(event: string | symbol, ...told: unknown[]): boolean {
    if (event === 'error' && this.listenerCount('error') === 0) {
      this._supervision.tellError(told[0])
      return false
    }
    // It was told before the session was looked at, and pg-pool tells it now.
    if (event === 'connect' && this._supervision.wasAnnounced(told[0])) return true
    return super.emit(event, ...told)
  }
}
