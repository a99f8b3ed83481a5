// What a live connection is doing, in the words of the chart's states below `attached`.
import type { Lane } from './lane.ts'
import type { Request } from './request.ts'

const occupations = [
  'connected',
  'querying',
  'inTransaction.waiting',
  'inTransaction.querying',
  'inTransaction.failed',
  'inTransaction.committing',
  'inTransaction.rollingBack',
] as const

export type Occupation = (typeof occupations)[number]

export const isOccupation = (value: unknown): value is Occupation => occupations.includes(value as Occupation)

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
