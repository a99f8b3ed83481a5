// What every PostgreSQL says, whatever is in its tables: the tag of a command, and what becomes of the transaction. Told by
// the text, as a server's parser does; the shared cases of test/support/contract hold it against a real one.
import { type Answer, errorOf } from './scripted-wire.ts'

type Status = NonNullable<Answer['status']>

/** SQLSTATE of everything but the end of a transaction that has failed. */
const failedTransaction = (): Error =>
  errorOf('25P02', {
    message: 'current transaction is aborted, commands ignored until end of transaction block',
  })

const outsideOfTransaction = (what: string): Error =>
  errorOf('25P01', { message: `${what} can only be used in transaction blocks` })

/** Nothing can be asked in a transaction that has failed but its end. */
export const refusalOf = (text: string, status: Status): Answer | undefined =>
  status === 'E' && !['COMMIT', 'ROLLBACK', ''].includes(kindOf(text))
    ? { error: failedTransaction() }
    : undefined

/** The whole answer to a statement of which `scripted` says the part that is the application's own. */
export function answerBy(text: string, status: Status, scripted: Answer): Answer {
  const kind = kindOf(text)
  if (scripted.error !== undefined) return { ...scripted, status: statusAfterError(kind, status) }
  const isSavepoint = isOfSavepoint(text)
  if (isSavepoint && status === 'I') return { error: outsideOfTransaction(kind) }
  const command = kind === 'COMMIT' && status === 'E' ? 'ROLLBACK' : kind
  const counted = countedKinds.has(kind) ? {} : { rowCount: null }
  return { command, ...counted, ...scripted, status: isSavepoint ? 'T' : statusAfter(kind, status) }
}

const countedKinds = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'FETCH', 'MOVE', 'COPY'])

/** A COMMIT that fails has rolled back; BEGIN and what stands by itself leave nothing open. */
const statusAfterError = (kind: string, status: Status): Status =>
  kind === 'COMMIT' || status === 'I' ? 'I' : 'E'

function statusAfter(kind: string, status: Status): Status {
  if (kind === 'BEGIN' || kind === 'START') return 'T'
  return kind === 'COMMIT' || kind === 'ROLLBACK' ? 'I' : status
}

const isOfSavepoint = (text: string): boolean =>
  /^\s*(savepoint|release|(rollback|abort)(\s+(work|transaction))?\s+to)\b/i.test(text)

const tags: Readonly<Record<string, string>> = {
  WITH: 'SELECT',
  VALUES: 'SELECT',
  TABLE: 'SELECT',
  END: 'COMMIT',
  ABORT: 'ROLLBACK',
}

/** The command's tag as pg tells it, of which it reads the first word. */
function kindOf(text: string): string {
  const word = /^[\s(]*(\w*)/.exec(text)![1]!.toUpperCase()
  return tags[word] ?? word
}
