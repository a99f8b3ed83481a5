// What a server is asked about itself before it is used, where it does not tell unasked.
import { isServerError } from '../../errors/server-error.ts'
import type { SessionRole } from '../../topology/session-role.ts'
import type { Timeline } from '../../topology/timeline.ts'

/** Runs a statement on the session that is being made; resolves to its one row. */
export type Ask = (text: string) => Promise<Readonly<Record<string, unknown>>>

/** Servers before 14 and poolers report neither parameter. */
export async function askRole(ask: Ask): Promise<SessionRole> {
  const text = `SELECT pg_catalog.pg_is_in_recovery() AS "isStandby",
    pg_catalog.current_setting('default_transaction_read_only') = 'on' AS "isReadOnly"`
  const { isStandby, isReadOnly } = await ask(text)
  return { isStandby: isStandby === true, isReadOnly: isReadOnly === true }
}

/**
 * Of a primary. The name of a WAL file begins with its timeline; pg_control_checkpoint() tells the old one for a while after
 * a promotion. Undefined: the server refuses to say.
 */
export async function askTimeline(ask: Ask): Promise<Timeline | undefined> {
  const text = `SELECT system_identifier::text AS "systemIdentifier",
    substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS "timeline" FROM pg_control_system()`
  try {
    const { systemIdentifier, timeline } = await ask(text)
    return { systemIdentifier: String(systemIdentifier), number: Number.parseInt(String(timeline), 16) }
  } catch (error) {
    if (isServerError(error)) return undefined
    throw error
  }
}

/**
 * Of a standby: how old what it shows may be. Where all it has received is replayed and a WAL receiver streams, that is
 * nothing; else as long as ago as the last transaction it replayed was committed, for all it knows.
 */
export async function askStaleness(ask: Ask): Promise<number> {
  const text = `SELECT CASE
    WHEN pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()
      AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' OR status IS NULL) THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END::float8 AS "ms"`
  const { ms } = await ask(text)
  return typeof ms === 'number' ? ms : Number.POSITIVE_INFINITY
}
