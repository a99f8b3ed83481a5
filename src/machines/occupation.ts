// What a live connection is doing, in the words of the chart's states below `attached`.
import type { Lane } from './lane.ts'
import type { Request } from './request.ts'

export type Occupation =
  | 'connected'
  | 'querying'
  | 'inTransaction.waiting'
  | 'inTransaction.querying'
  | 'inTransaction.failed'
  | 'inTransaction.committing'
  | 'inTransaction.rollingBack'

export function occupationOf(
  open: Lane,
  oldest: Request | undefined,
  transactionStatus: 'I' | 'T' | 'E',
): Occupation {
  // A probe is the supervisor's own affair.
  if (open.kind === 'autocommit')
    return oldest === undefined || oldest.role === 'probe' ? 'connected' : 'querying'
  if (oldest?.role === 'commit') return 'inTransaction.committing'
  if (oldest?.role === 'rollback') return 'inTransaction.rollingBack'
  if (oldest !== undefined) return 'inTransaction.querying'
  return transactionStatus === 'E' ? 'inTransaction.failed' : 'inTransaction.waiting'
}
