import type { ClientBase, ClientConfig } from 'pg'
import type { InspectionEvent } from 'xstate'
import type { Clock } from '../backoff/clock.ts'
import type { ReconnectOptions } from '../detectors/reconnect-options.ts'
import type { Driver, DriverName, HostAddress } from '../drivers/driver.ts'
import type { TargetSessionAttrs } from '../topology/session-role.ts'
import type { Logger } from './logger.ts'
import type { RowMapper } from './queryable.ts'
import type { Session } from './session.ts'
import type { Monitor } from './sessions/monitor.ts'

/**
 * Options of a connection: those of `pg` that a supervised client can have, and the supervisor's own. Read once, when the
 * connection is made; what becomes of the object later changes nothing.
 *
 * Unknown names and wrong types are refused by the constructor with InvalidOptionError, as are `query_timeout`,
 * `connectionTimeoutMillis` and `Promise` of pg's: `statementTimeoutMs` and `connectTimeoutMs` are there instead.
 *
 * @see https://node-postgres.com/apis/client
 *
 * @example
 * ```ts
 * import { Connection, type ConnectionConfig } from 'pg-supervisor'
 *
 * const config: ConnectionConfig = {
 *   connectionString: 'postgres://localhost/app',
 *   application_name: 'invoices',
 *   settings: { search_path: 'invoices' },
 *   whileDown: { waitMs: 10_000 },
 *   statementTimeoutMs: 30_000,
 * }
 * const connection = new Connection(config)
 * ```
 */
export interface ConnectionConfig
  extends Omit<
    ClientConfig,
    'connectionString' | 'connectionTimeoutMillis' | 'query_timeout' | 'Promise' | 'pipeline'
  > {
  /**
   * URI or libpq keyword string; PG* environment variables fill in what is absent. What it says wins over options beside it.
   * Beside a URI pg takes no user, password, host, port or database from the options, not even what the URI leaves out.
   */
  connectionString?: string
  /**
   * Hosts to try in turn until one takes the connection in: one attempt tries each of them once. Instead of `host`, `port`
   * and what a connection string says of them. See docs/hosts.md.
   */
  hosts?: HostAddress[]
  /**
   * The kind of server that is wanted; others are passed over, and left when their kind changes. 'prefer-standby' takes
   * what there is when there is no standby. Default 'any', or PGTARGETSESSIONATTRS.
   *
   * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
   */
  targetSessionAttrs?: TargetSessionAttrs
  /** 'random': hosts, and the addresses of each, are tried in an order of chance. Default 'disable', or PGLOADBALANCEHOSTS. */
  loadBalanceHosts?: 'disable' | 'random'
  /** Milliseconds that a standby may be behind; one that shows older data is passed over. Default: as much as it likes. */
  maxStalenessMs?: number
  /**
   * What speaks to the server: 'pg' (default), 'pglite' (PostgreSQL in this process; a folder of its own with `connectionString`
   * 'pglite://./folder', else in memory), or a driver of your own. The variable PG_SUPERVISOR_DRIVER stands for an absent option.
   */
  driver?: DriverName | Driver
  /**
   * Has the server notice that this client is gone, within a minute, and while it works for it within two seconds:
   * client_connection_check_interval, tcp_user_timeout and tcp_keepalives_* of each session, where the server has them and
   * nobody has changed them. What it does not take is told once, as a `warning` with the reason 'deadManRefused'. Default true.
   */
  deadManSettings?: boolean
  /** The default for every transaction; see TransactionOptions. Default false. */
  verifyCommit?: boolean
  /** Stands in errors, events and logs. Default 'connection 1', 'connection 2' … */
  name?: string
  /** Makes the client of each session: keepalive hooks, types, instrumented clients. */
  clientFactory?: (config: ClientConfig) => ClientBase
  /** Default 'object'. */
  rowMode?: 'object' | 'array'
  /** Makes each row of query(); a query's own mapRow overrides it. */
  mapRow?: RowMapper
  /** Server settings applied to every new session, before `setup`. */
  settings?: Record<string, string>
  /** Every new session runs this before anything else; failing counts as a failed attempt. */
  setup?: (session: Session) => unknown
  /** Who judges failures, and when the next attempt is made. false = off: a loss leads to `dead` and stays. Default {}. */
  reconnect?: false | ReconnectOptions
  /** Watchers of each live session: heartbeat(), or your own. Default [heartbeat()]. */
  monitors?: Monitor[]
  /**
   * Requests while down: 'reject' at once with ConnectionDeadError (default), or wait in the queue for `waitMs` (from the
   * loss or the call, the later), then ConnectionDeadError. In idle and settled dead both reject at once. At a loss,
   * unwritten requests follow the same rule.
   */
  whileDown?: 'reject' | { waitMs: number }
  /** Several statements in flight. Default true. */
  pipeline?: boolean
  /**
   * Names parameterised statements by itself from their second use on; least recently used ones are forgotten (default
   * limit 256), names the server lost or outgrew are healed once outside a transaction. Default true.
   */
  autoPrepare?: boolean | { limit: number }
  /** Most requests accepted and not settled; the next rejects with QueueFullError. Default 10_000. */
  queueLimit?: number
  /**
   * One deadline per attempt over password callback, DNS, TCP, TLS, authentication, settings, setup and LISTENs, in
   * milliseconds. Default 10_000.
   */
  connectTimeoutMs?: number
  /** Default deadline of each statement in milliseconds, counting from when it is the oldest unanswered; 0 = none (default). */
  statementTimeoutMs?: number
  /** As pg-pool's: an idle connection does not keep the process alive. Default false. */
  allowExitOnIdle?: boolean
  /** Hears XState's inspection events; what it throws is reported and switches it off. */
  inspect?: (event: InspectionEvent) => void
  /** Hears of losses, attempts, recoveries, gaps and warnings. Default: none. */
  logger?: Logger
  /** Default: the monotonic clock of the process. */
  clock?: Clock
  /** A source of numbers in [0, 1) for jitter. Default Math.random. */
  random?: () => number
}
