// A cancelled statement is undone as a whole, unless it commits in between: then nobody knows how far it had come.
import type { Request } from '../../machines/mailbox/request.ts'
import { firstWords } from './sql-scanner.ts'

const committing = new Set([
  'call',
  'do',
  'vacuum',
  'analyze',
  'reindex',
  'cluster',
  'commit',
  'end',
  'prepare',
])

export function mayHaveCommitted({ lane, text }: Request): boolean {
  if (lane.isTransactional) return false
  return /\bconcurrently\b/i.test(text) || firstWords(text).some((word) => committing.has(word))
}
