import type { PgField } from './pg-internals.ts'

/**
 * What the rows of a named statement look like. The server need not be asked again at each use: it answers with 0A000
 * ("cached plan must not change result type") rather than let them change (PostgreSQL docs, 54.2.3; RevalidateCachedQuery in
 * plancache.c), and the name is forgotten then. A description is the larger part of a small answer, for both sides.
 */
export interface KnownRows {
  readonly text: string
  readonly fields: readonly PgField[]
  /** pg makes each row a copy of it. */
  readonly emptyRow: object
  readonly isBinary: boolean
}

/** Of what runs by a plan only: FETCH or EXECUTE under a name answer with whatever their cursor or statement has by then. */
export const haveFixedRows = (text: string): boolean =>
  /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i.test(text)
