// What may be said of a statement: its first keyword, if it is one, and a mark that is the same for the same text.
import { createHmac, randomBytes } from 'node:crypto'
import { statementKeyword } from '../../src/telemetry/statement-keyword.ts'

/** Of this process only, so that nobody finds a text by hashing guesses. */
const key = randomBytes(16)

/** 'SELECT', or 'statement' where the text begins with anything else: a comment, a literal, a mistake. */
export const keywordOf = (text: string): string =>
  text === '' ? 'probe' : (statementKeyword(text) ?? 'statement')

export const markOf = (text: string): string =>
  createHmac('sha256', key).update(text).digest('hex').slice(0, 6)
