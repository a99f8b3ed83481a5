// What a cursor was asked for, read once, when it is made: what its caller changes afterwards is not its business.
import type { QueryConfig } from 'pg'
import type { RequestInit } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { CursorOptions, RowMapper } from '../queryable.ts'
import {
  boundsOf,
  checkCursorOptions,
  checkQuery,
  checkValues,
  type Query,
} from '../requests/request-options.ts'
import { mapperFor, rowModeOf } from '../requests/row-shape.ts'

/** A round trip is little against a thousand rows, and a thousand rows are little memory; psycopg takes 2000 at once. */
const defaultBatchSize = 1000
const defaultIdleTimeoutMs = 30_000

export interface CursorPlan {
  readonly text: string
  readonly values: readonly unknown[] | undefined
  /** How its rows come; goes with each FETCH. */
  readonly shape: Pick<RequestInit, 'rowMode' | 'types' | 'binary' | 'protocol'>
  readonly mapRow: RowMapper | undefined
  readonly batchSize: number
  readonly idleTimeoutMs: number
  readonly bounds: CursorOptions
}

/** @throws {InvalidOptionError} */
export function readCursor(
  core: Pick<Core, 'settings'>,
  query: Query,
  given: readonly unknown[] | undefined,
  options: CursorOptions | undefined,
): CursorPlan {
  checkQuery(query)
  checkValues(given)
  if (options !== undefined) checkCursorOptions(options)
  const bounds = boundsOf(query, options) ?? {}
  const config: Partial<QueryConfig & { binary: boolean }> = typeof query === 'string' ? {} : query
  const mapRow = mapperFor(core.settings, bounds, query)
  const values = given ?? config.values
  const { binary = false } = config
  return {
    text: typeof query === 'string' ? query : query.text,
    values: values?.length ? core.settings.driver.prepareValues(values) : undefined,
    shape: {
      rowMode: rowModeOf(core.settings, query, mapRow !== undefined),
      types: config.types ?? undefined,
      binary,
      // Only there a format can be asked for.
      protocol: binary ? 'extended' : undefined,
    },
    mapRow,
    batchSize: options?.batchSize ?? defaultBatchSize,
    idleTimeoutMs: options?.idleTimeoutMs ?? defaultIdleTimeoutMs,
    bounds,
  }
}
