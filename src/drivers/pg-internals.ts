// What we lean on in pg beyond its types, in one place: the regression tests of pg's defects run against these.
// Read in pg 8.23.1: lib/client.js, lib/connection.js, lib/query.js, lib/result.js, lib/utils.js.
import type { Duplex } from 'node:stream'
import pg, { type ClientBase, type QueryResult } from 'pg'

export interface PgConnection extends NodeJS.EventEmitter {
  stream: Duplex & { bytesRead?: number; encrypted?: boolean }
  ssl: boolean | object
  sslNegotiation: 'postgres' | 'direct'
  parsedStatements: Record<string, string>
  submittedNamedStatements: Record<string, string>
  close(message: { type: 'S'; name: string }): void
  bind(message: {
    portal: string
    statement: string | undefined
    values: readonly unknown[] | undefined
    binary: boolean
    valueMapper: (value: unknown) => unknown
  }): void
  sync(): void
}

export interface PgClient
  extends Omit<ClientBase, 'query' | 'connection' | 'getTransactionStatus' | 'host' | 'port'> {
  connection: PgConnection
  pipeline: boolean
  host: string
  port: number
  processID: number | null
  secretKey: number | Buffer | null
  readonly _activeQuery: object | null | undefined
  /** Not written. */
  readonly _queryQueue: readonly object[]
  /** Written, behind the active one. */
  readonly _sentQueryQueue: readonly object[]
  /** A statement handed over as a ready query object saves pg's copy of its config and a promise. */
  query(query: object): unknown
  getTransactionStatus(): 'I' | 'T' | 'E' | null
  end(): Promise<void>
  ref(): void
  unref(): void
}

export interface PgField {
  readonly name: string
  readonly dataTypeID: number
  readonly format: 'text' | 'binary' | undefined
}

export interface PgTypes {
  getTypeParser(oid: number, format: 'text' | 'binary'): unknown
}

/** pg's row and command accumulator; an array of them after a text of several statements. */
export interface PgResult extends QueryResult {
  _types: PgTypes | undefined
  _parsers: unknown[] | undefined
  _prebuiltEmptyResultObject: object | null
  addFields(fields: readonly PgField[]): void
  addRow(row: unknown): void
  parseRow(fields: unknown): unknown
}

/** pg's own query object, of which ours is a subclass. */
export interface PgQueryBase {
  text: string
  values: readonly unknown[] | undefined
  name: string | undefined
  portal: string
  queryMode: 'extended' | undefined
  binary: boolean
  callback: unknown
  _rowMode: 'array' | undefined
  _result: PgResult
  _results: PgResult | PgResult[]
  _canceledDueToError: unknown
  _checkForMultirow(): void
  requiresPreparation(): boolean
  submit(connection: PgConnection): Error | null
  hasBeenParsed(connection: PgConnection): unknown
  /** Parse if need be, Bind, Describe, Execute, Sync. */
  prepare(connection: PgConnection): void
  /** Execute, Sync. */
  _getRows(connection: PgConnection, rows: undefined): void
  handleRowDescription(message: { fields: readonly PgField[] }): void
  handleDataRow(message: { fields: readonly unknown[] }): void
  handleCommandComplete(message: { text: string }, connection: PgConnection): void
  handleEmptyQuery(connection: PgConnection): void
  handleReadyForQuery(connection: PgConnection): void
  handleError(error: unknown, connection: PgConnection): void
}

/**
 * pg's Query without what its constructor does: that makes an event emitter of each query and copies its config, which takes
 * longer than all that is done here. Whoever extends it sets the fields.
 */
export const PgQuery = bareQuery as unknown as new () => PgQueryBase

function bareQuery(): void {}
bareQuery.prototype = pg.Query.prototype

export const newResult = (rowMode: 'array' | undefined, types: object | undefined): PgResult =>
  new (pg as unknown as { Result: new (rowMode?: string, types?: object) => PgResult }).Result(rowMode, types)

export const defaultTypes = pg.types as PgTypes

/** The serialiser of pg's bind: throws on what cannot be written, such as a BigInt inside JSON. */
export const prepareValue = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils
  .prepareValue
