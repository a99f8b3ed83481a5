// What a connection and a pool do, published on `node:diagnostics_channel` under names of our own, so that tracers can look
// on without wrapping anything. Nobody there: one question for each statement. The messages are live objects of this
// process and may hold texts and rows; what leaves the process is for its subscriber to choose.
import { channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel'

/** What a tracing channel adds when what it tells of has come to its end. */
interface Ended<T> {
  result?: T
  error?: unknown
}

/** One statement, from the call to its answer; also the BEGIN, COMMIT and ROLLBACK of a transaction. */
export interface QueryMessage extends Ended<unknown> {
  /** The connection's name. */
  readonly connection: string
  readonly host: string
  readonly port: number
  readonly database: string | undefined
  readonly text: string
  /** Of a named statement. */
  readonly name: string | undefined
  readonly role: 'statement' | 'begin' | 'commit' | 'rollback'
}

/** One transaction of a connection, with its repetitions, from the call to the end. */
export interface TransactionMessage extends Ended<unknown> {
  readonly connection: string
  readonly database: string | undefined
}

/** One attempt to open a session: socket, TLS, password, settings, setup and LISTENs. */
export interface ConnectMessage extends Ended<unknown> {
  readonly connection: string
  readonly host: string
  readonly port: number
}

/** What a pool tells of itself whenever it is asked. */
export interface PoolReadings {
  readonly name: string
  readonly max: number
  readonly stats: { readonly idle: number; readonly busy: number; readonly waiting: number }
}

/** Somebody is given a connection of a pool, at once (`start` and `end` alone) or after a wait (`asyncEnd`). */
export interface AcquireMessage extends Ended<unknown> {
  readonly pool: PoolReadings
  readonly kind: 'statement' | 'lease'
}

/** A connection is given back to its pool. */
export interface ReleaseMessage {
  readonly pool: PoolReadings
  readonly kind: 'statement' | 'lease'
  readonly usedMs: number
}

/** Whatever a connection tells its listeners, in the same order and at the same time. */
export interface NoticeMessage {
  readonly connection: string
  readonly notice: { readonly type: string }
}

/** `tracing:pg-supervisor:query:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error` with a {@link QueryMessage}. */
export const queryChannel: TracingChannel<object, QueryMessage> = tracingChannel('pg-supervisor:query')

/** `tracing:pg-supervisor:transaction:*` with a {@link TransactionMessage}; statements inside run within its stores. */
export const transactionChannel: TracingChannel<object, TransactionMessage> =
  tracingChannel('pg-supervisor:transaction')

/** `tracing:pg-supervisor:connect:*` with a {@link ConnectMessage}. */
export const connectChannel: TracingChannel<object, ConnectMessage> = tracingChannel('pg-supervisor:connect')

/** `tracing:pg-supervisor:acquire:*` with an {@link AcquireMessage}. */
export const acquireChannel: TracingChannel<object, AcquireMessage> = tracingChannel('pg-supervisor:acquire')

/** `pg-supervisor:release` with a {@link ReleaseMessage}. */
export const releaseChannel = channel('pg-supervisor:release')

/** `pg-supervisor:notice` with a {@link NoticeMessage}. */
export const noticeChannel = channel('pg-supervisor:notice')
