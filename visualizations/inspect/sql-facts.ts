// What may be said of a statement: its first keyword, if it is one, and a mark that is the same for the same text.
import { createHmac, randomBytes } from 'node:crypto'

const keywords = new Set(
  `ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DISCARD
  DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH
  REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UPDATE VACUUM
  VALUES WITH`.split(/\s+/),
)

/** Of this process only, so that nobody finds a text by hashing guesses. */
const key = randomBytes(16)

/** 'SELECT', or 'statement' where the text begins with anything else: a comment, a literal, a mistake. */
export function keywordOf(text: string): string {
  if (text === '') return 'probe'
  const [, word = ''] = /^[\s(;]*([A-Za-z]+)(?![\w$'])/.exec(text) ?? []
  const keyword = word.toUpperCase()
  return keywords.has(keyword) ? keyword : 'statement'
}

export const markOf = (text: string): string =>
  createHmac('sha256', key).update(text).digest('hex').slice(0, 6)
