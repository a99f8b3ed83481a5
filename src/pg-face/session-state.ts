// What a session holds that outlives a transaction, asked of the server in one question. In a session that nobody touched
// every answer is empty.
import type { QueryResult } from 'pg'

export const sessionStateQuery = `SELECT
  (SELECT coalesce(string_agg(name || '=' || setting, ',' ORDER BY name), '')
    FROM pg_catalog.pg_settings WHERE source = 'session') AS "settings",
  (SELECT CASE WHEN current_setting('role') = 'none' AND session_user = pg_catalog.pg_get_userbyid(usesysid) THEN ''
    ELSE current_setting('role') || ' ' || session_user END
    FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())) AS "role",
  (SELECT coalesce(string_agg(channel, ',' ORDER BY channel), '')
    FROM pg_catalog.pg_listening_channels() AS channel) AS "LISTENs",
  (SELECT coalesce(string_agg(relname, ',' ORDER BY relname), '')
    FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()) AS "temporary tables",
  (SELECT coalesce(string_agg(concat_ws(':', classid, objid, objsubid, mode), ',' ORDER BY classid, objid, objsubid, mode), '')
    FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()) AS "advisory locks"`

export type SessionState = Readonly<Record<string, unknown>>

export const stateIn = (result: QueryResult | undefined): SessionState | undefined => result?.rows[0]

/** What is not as it was, in words; `before` is undefined where nobody had touched the session. */
export const tracesIn = (state: SessionState, before: SessionState | undefined): string[] =>
  Object.keys(state).filter((what) => state[what] !== (before?.[what] ?? ''))
