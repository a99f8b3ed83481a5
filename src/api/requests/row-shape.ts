// How the rows of a query come: as pg makes them, as arrays, or as somebody's mapper makes them. What is said with the query
// wins over what is said with the connection.
import type { FieldDef, QueryResult, QueryResultRow } from 'pg'
import type { RequestOptions, RowMapper } from '../queryable.ts'
import type { Settings } from '../settings.ts'
import type { Query } from './request-options.ts'

type Defaults = Pick<Settings, 'mapRow' | 'rowMode'>

export function mapperFor(
  defaults: Defaults,
  options: RequestOptions | undefined,
  query: Query,
): RowMapper | undefined {
  return options?.mapRow ?? (modeOf(query) == null ? defaults.mapRow : undefined)
}

/** A mapper takes values. */
export function rowModeOf(defaults: Defaults, query: Query, isMapped: boolean): 'array' | undefined {
  return isMapped || (modeOf(query) ?? defaults.rowMode) === 'array' ? 'array' : undefined
}

export function mapRows(result: QueryResult, mapRow: RowMapper): QueryResult {
  const rows = result.rows as unknown[][]
  const fields: FieldDef[] = result.fields
  result.rows = rows.map((values) => mapRow(values, fields)) as QueryResultRow[]
  return result
}

const modeOf = (query: Query): unknown =>
  typeof query === 'object' ? (query as { rowMode?: unknown }).rowMode : undefined
