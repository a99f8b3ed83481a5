// BEGIN, COMMIT and the like as a user's statement would end what the supervisor keeps account of, so they are refused
// before sending. A text is looked through only when it can hold several statements; most are told by their first word.
import { endOfStatement, skipBlank, wordAt } from './sql-scanner.ts'

const opening = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
  'release',
  'prepare',
])

export function isTransactionControl(text: string): boolean {
  // Only space may follow: the first semicolon may stand in a string or a comment, and so what seems to be a comment behind it.
  const semicolon = text.indexOf(';')
  const isOne = semicolon === -1 || text.trimEnd().length === semicolon + 1
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, endOfStatement(text, at))) {
    if (isControlAt(text, at)) return true
    if (isOne) return false
  }
  return false
}

/** COPY … FROM STDIN: with anything written behind it, or in the extended protocol, pg loses the session. */
export function mayCopyFromStdin(text: string): boolean {
  return /\bcopy\b/i.test(text) && /\bstdin\b/i.test(text)
}

function isControlAt(text: string, at: number): boolean {
  const first = wordAt(text, at)
  if (first === undefined || !opening.has(first.word)) return false
  const second = wordAt(text, skipBlank(text, first.end))?.word
  // PREPARE name AS … is an ordinary statement; COMMIT PREPARED belongs to no transaction.
  if (first.word === 'prepare') return second === 'transaction'
  return second !== 'prepared'
}
