// The port to the wire: what a supervisor needs of a PostgreSQL client, and nothing more.
// A driver reports facts and never judges them; whether a fact is deadly is for the machine to say.
import type { ClientBase, ClientConfig, QueryResult } from 'pg'

/** The drivers that come with the package. */
export type DriverName = 'pg' | 'pg-native' | 'pglite'

/** What can be expected of a driver and what it speaks to; tests and documentation go by it, nothing else does. */
export interface DriverCapabilities {
  /** A running statement can be cancelled. */
  readonly cancel: boolean
  /** Each connection has a session of its own: transactions side by side, settings, locks, temporary tables. */
  readonly sessions: boolean
  /** Whose NOTIFY is heard: everybody's, or only that of connections of this process. */
  readonly notifications: 'everybody' | 'process'
  /** A session can be lost while its server lives, and another opened. */
  readonly outages: boolean
  /** COPY FROM STDIN, by `unsafeClient` */
  readonly copyIn: boolean
  readonly tls: boolean
}

/**
 * Port to the wire. It makes one wire for each session; a wire reports facts and judges nothing. One that ships is chosen by
 * name; one of your own is given as an object, and has to pass the tests that those do. docs/drivers.md says how to write it.
 *
 * @example
 * ```ts
 * import { Connection, type Driver } from 'pg-supervisor'
 *
 * export const through = (driver: Driver): Driver => ({
 *   ...driver,
 *   name: `${driver.name}, observed`,
 *   open(config, report) {
 *     return driver.open(config, (fact) => {
 *       console.log(fact.type)
 *       report(fact)
 *     })
 *   },
 * })
 * ```
 */
export interface Driver {
  readonly name: string
  readonly capabilities: DriverCapabilities
  /** Connection strings that begin with it are the driver's own, and reach `open` as they are: 'pglite://'. */
  readonly uriScheme?: string
  /** Where its sessions go, where host and port don't say it. */
  readonly place?: HostAddress
  /** Begins to open one server session; what happens is told to `report`. Throws only when no client can be made. */
  open(config: WireConfig, report: (fact: WireFact) => void): Wire
  /** Values as the wire will carry them, so that nothing can throw once a statement is being written. */
  prepareValues(values: readonly unknown[]): readonly unknown[]
  /** A connection has ended: what was kept for its next session may go. It is waited for, half a second at most. */
  release?(owner: object): Promise<unknown>
}

/** What a session is opened with. */
export interface WireConfig {
  /** The options of pg, as they were given; each session gets an object of its own. */
  readonly client: ClientConfig
  readonly clientFactory: ((config: ClientConfig) => ClientBase) | undefined
  /** Most automatic statement names alive at once; 0 = none. */
  readonly preparedLimit: number
  /** Several statements may be in flight. */
  readonly isPipelined: boolean
  /** The connection that asks: the same for all its sessions. */
  readonly owner: object
  readonly now: () => number
}

/** One server session from its first byte to its last; never reused. */
export interface Wire {
  /** The live client of the package the driver drives. */
  readonly client: unknown
  readonly host: HostAddress
  readonly processId: number | undefined
  /** server_version_num */
  readonly serverVersion: number | undefined
  /** As of the last ReadyForQuery: idle, in a transaction, in a failed one. */
  readonly transactionStatus: 'I' | 'T' | 'E'
  readonly lastByteAt: number
  /** Every notification sent before it was received: a busy server sends none, so it may be earlier than the last byte. */
  readonly heardUntil: number
  /** More is buffered for the socket than it takes; writing on would only grow memory. */
  readonly isCongested: boolean
  /** Something was submitted and is not answered. */
  readonly isBusy: boolean
  /** 'lost' was reported. */
  readonly isLost: boolean
  /** Resolves when the socket is closed, whoever closed it. */
  readonly closed: Promise<void>
  submit(statement: Statement): void
  /** Gathers what is submitted in this tick into one write. */
  cork(): void
  /** Asks the server to cancel what it is doing; resolves once the server has hung up on the asking, so nothing later can be hit. */
  cancel(signal: AbortSignal): Promise<void>
  /** The other end of the socket, in words: sessions with the same one share the fate of its host. None: it can't be asked. */
  readonly remote?: string | undefined
  /**
   * Asks that host, on a connection of its own, for a sign of life of any kind; resolves when there is one, rejects with what
   * the operating system said instead.
   */
  inquire?(signal: AbortSignal): Promise<void>
  /** Says goodbye; `closed` tells when that is done. */
  end(): void
  destroy(): void
  ref(): void
  unref(): void
}

/** What a wire needs to know of a statement, and whom to tell. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[] | undefined
  readonly name: string | undefined
  readonly rowMode: 'array' | undefined
  readonly types: StatementTypes | undefined
  /** The simple protocol even where the extended one would be chosen, or the reverse. */
  readonly protocol: 'simple' | 'extended' | undefined
  readonly binary: boolean
  readonly upsets?: Upset | undefined
  /**
   * Instead of all above: begins a conversation of several rounds, an object with pg's `submit`. It is alone on the wire, from the
   * answer of what was before it to its own end, and is answered then without error and result.
   */
  readonly submittable?: (() => object) | undefined
  /**
   * Called once, when the server is ready for the next one: then an error is a living session's, and its transaction status is
   * true. `nameWasLost`: it failed only because the server no longer knew its name as it was; written again it gets a new one.
   */
  answered(error: unknown, result: QueryResult | QueryResult[] | undefined, nameWasLost: boolean): void
  /** The server said that the command was done; its ReadyForQuery is still to come. */
  completed(command: string): void
}

/**
 * What a statement may leave behind on its session: names of prepared statements that mean something else (meanings) or nothing
 * any more (names), LISTENs that are gone (listens), or both of these (all).
 */
export type Upset = 'meanings' | 'names' | 'listens' | 'all'

/** Type parsers of one statement; those of `pg-types`. */
export interface StatementTypes {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown
}

/** Where a session goes. */
export interface HostAddress {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
}

/**
 * A NOTICE, WARNING, INFO, LOG or DEBUG of the server, in the server's words; fields that it did not send are absent.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export interface ServerNotice {
  readonly severity?: string
  readonly code?: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  readonly routine?: string
}

/** What came of a NOTIFY. */
export interface Notification {
  readonly channel: string
  /** '' where the sender gave none. */
  readonly payload: string
  /** Of the server process whose session sent it. */
  readonly processId: number
}

/** How a session ended: what the server or the socket said, and what kind of saying it was. */
export interface WireLoss {
  /** unknown: it never came about, and what was said is not the server's. */
  readonly kind: 'server' | 'network' | 'protocol' | 'closed' | 'unknown'
  readonly error: unknown
}

/** What a wire reports, in the order in which it happens. */
export type WireFact =
  | { readonly type: 'opened' }
  /** Exactly once, however many 'error' and 'end' events the client emits. */
  | { readonly type: 'lost'; readonly loss: WireLoss }
  | { readonly type: 'notification'; readonly notification: Notification }
  | { readonly type: 'notice'; readonly notice: ServerNotice }
  | { readonly type: 'parameter'; readonly name: string; readonly value: string }
