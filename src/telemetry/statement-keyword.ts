/** The first word of a text, if it is one that begins statements: anything else may be a secret, or of any number. */
export function statementKeyword(text: string): string | undefined {
  const [, word = ''] = /^[\s(;]*([A-Za-z]+)(?![\w$'])/.exec(text) ?? []
  const keyword = word.toUpperCase()
  return keywords.has(keyword) ? keyword : undefined
}

const keywords = new Set(
  `ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DISCARD
  DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH
  REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UPDATE VACUUM
  VALUES WITH`.split(/\s+/),
)
