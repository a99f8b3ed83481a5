// Everything that takes statements, connection, session and transaction alike, is this class over a lane.
import { inspect } from 'node:util'
import type { QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { TransactionControlError } from '../../errors/transaction-errors.ts'
import type { Request, RequestInit, RequestLane, RequestRole } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { CursorHome } from '../cursors/cursor-home.ts'
import { readCursor } from '../cursors/cursor-plan.ts'
import { RefusedCursor } from '../cursors/refused-cursor.ts'
import { ServerCursor } from '../cursors/server-cursor.ts'
import { isNestedIn } from '../leases/scope.ts'
import type {
  Cursor,
  CursorOptions,
  Queryable,
  RequestOptions,
  RowMapper,
  WaitOptions,
} from '../queryable.ts'
import { checkChannel, checkPayload, quoteQualifiedName } from './identifiers.ts'
import { bindToOptions } from './request-bounds.ts'
import { boundsOf, checkQuery, checkRequestOptions, checkValues, type Query } from './request-options.ts'
import { mapperFor, mapRows, rowModeOf } from './row-shape.ts'
import { factsOf } from './text-facts.ts'
import { reasonOf } from './wait-options.ts'

export abstract class Statements implements Queryable {
  /** Printing a handle prints no queue, no statement and no secret. */
  toJSON(): object {
    return { lane: this.lane.kind, stage: this.lane.stage }
  }

  [inspect.custom](): string {
    return `${this.constructor.name} ${inspect(this.toJSON())}`
  }

  protected abstract readonly core: Core
  protected abstract readonly lane: RequestLane
  protected readonly role: RequestRole = 'statement'

  /** The callback that was handed this has settled. */
  protected get isRevoked(): boolean {
    return false
  }

  query<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig & RequestOptions,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: pg's own default, which its users' code relies on
  query<R extends QueryResultRow = any>(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  query(query: Query, values?: readonly unknown[], options?: RequestOptions): Promise<unknown> {
    return this.keep(this.ask(query, values, options))
  }

  execute(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<number> {
    return this.keep(this.ask(query, values, options, null).then(({ rowCount }) => rowCount ?? 0))
  }

  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  call<R extends QueryResultRow = any>(
    name: string,
    args: readonly unknown[] = [],
    options?: RequestOptions,
  ): Promise<QueryResult<R>> {
    return this.keep(this.#call(name, args, options))
  }

  cursor<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig,
    values?: readonly unknown[],
    options?: CursorOptions,
  ): Cursor<R>
  // biome-ignore lint/suspicious/noExplicitAny: as for query()
  cursor<R extends QueryResultRow = any>(
    query: string | QueryConfig,
    values?: readonly unknown[],
    options?: CursorOptions,
  ): Cursor<R>
  cursor(query: Query, values?: readonly unknown[], options?: CursorOptions): Cursor<unknown> {
    try {
      const plan = readCursor(this.core, query, values, options)
      const isDetached = plan.bounds.detached === true
      const home = this.cursorHome(isDetached, (bounds) => this.refusalFor(bounds))
      return new ServerCursor({ core: this.core, home, plan, keep: (promise) => this.keep(promise) })
    } catch (error) {
      return new RefusedCursor(error, (rejection) => this.keep(rejection))
    }
  }

  notify(channel: string, payload = '', options?: WaitOptions): Promise<void> {
    return this.keep(this.#notify(channel, payload, options))
  }

  /** The transaction that this one's cursors live in. */
  protected abstract cursorHome(isDetached: boolean, refusal: CursorHome['refusal']): CursorHome

  /** Every promise that is handed out passes here; where the handle waits for all of them, a rejection counts as handled. */
  protected keep<T>(statement: Promise<T>): Promise<T> {
    return statement
  }

  async #call(name: string, args: readonly unknown[], options?: RequestOptions): Promise<QueryResult> {
    if (typeof name !== 'string') throw invalidOption('name', 'a string', name)
    if (!Array.isArray(args)) throw invalidOption('args', 'an array', args)
    const places = args.map((_, index) => `$${index + 1}`).join(', ')
    return this.ask(`SELECT * FROM ${quoteQualifiedName(name)}(${places})`, args, options)
  }

  async #notify(channel: string, payload: string, options?: WaitOptions): Promise<void> {
    checkChannel(channel)
    checkPayload(payload)
    await this.ask('SELECT pg_notify($1, $2)', [channel, payload], options, null)
  }

  /** `mapper` null = rows as pg makes them. */
  protected ask(
    query: Query,
    values?: readonly unknown[],
    options?: RequestOptions,
    mapper?: RowMapper | null,
  ): Promise<QueryResult> {
    try {
      checkQuery(query)
      checkValues(values)
      if (options !== undefined) checkRequestOptions(options)
      const bounds = boundsOf(query, options)
      const mapRow = mapper === null ? undefined : (mapper ?? mapperFor(this.core.settings, bounds, query))
      const request = this.core.newRequest(this.#initFor(query, values, bounds, mapRow !== undefined))
      const refusal = this.refusalFor(bounds)
      if (refusal !== undefined) return Promise.reject(refusal.error)
      const reply = this.#send(request, bounds)
      return mapRow === undefined ? reply : reply.then((result) => mapRows(result, mapRow))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #send(request: Request, bounds: WaitOptions | undefined): Promise<QueryResult> {
    // A statement is answered by a result; only a lease with nothing to write is not.
    const reply = this.core.ask(request) as Promise<QueryResult>
    if (request.upsets === 'listens' || request.upsets === 'all') this.#lookAtListens(reply)
    if (bounds !== undefined) bindToOptions(this.core, request, bounds)
    return reply
  }

  #lookAtListens(reply: Promise<unknown>): void {
    const { clock, facade } = this.core
    const since = clock.now()
    const look = (): void => facade.doubtListens(since)
    reply.then(look, look)
  }

  /** Why nothing may be asked on this handle now. */
  protected refusalFor(options: RequestOptions | undefined): { readonly error: unknown } | undefined {
    const { lane, core } = this
    if (options?.signal?.aborted) return { error: reasonOf(options.signal) }
    const isOver = core.refusals.byLane(lane)
    if (isOver !== undefined) return isOver
    if (this.isRevoked) return { error: core.refusals.revoked(lane) }
    if (options?.detached !== true && isNestedIn(lane)) return { error: core.refusals.nested(lane) }
    if (lane.kind === 'autocommit') return core.refusalByLimit()
    return undefined
  }

  #initFor(
    query: Query,
    given: readonly unknown[] | undefined,
    options: RequestOptions | undefined,
    isMapped: boolean,
  ): RequestInit {
    const config: Partial<QueryConfig & { binary: boolean; queryMode: string }> =
      typeof query === 'string' ? { text: query } : query
    const { text = '', name } = config
    const values: readonly unknown[] | undefined = given ?? config.values
    const { isControl, mayCopy: isSolo, upsets } = factsOf(text)
    if (isControl && this.lane.kind !== 'session' && this.lane.kind !== 'preparation')
      throw controlError(this.core.settings.name)
    const hasValues = values != null && values.length > 0
    return {
      text,
      role: this.role,
      lane: this.lane,
      values: hasValues ? this.core.settings.driver.prepareValues(values) : undefined,
      name: isSolo && !hasValues ? undefined : (name ?? undefined),
      rowMode: rowModeOf(this.core.settings, query, isMapped),
      types: config.types ?? undefined,
      protocol: isSolo && !hasValues ? 'simple' : config.queryMode === 'extended' ? 'extended' : undefined,
      binary: config.binary ?? false,
      upsets,
      isIdempotent: options?.idempotent === true,
      isSolo,
    }
  }
}

function controlError(connectionName: string): Error {
  const message =
    'transactions are not controlled by hand here, the statement was not sent: use transaction(), or a session() for BEGIN and COMMIT of your own'
  return new TransactionControlError(message, { connectionName })
}
