import type { CommitWitness } from '../../machines/mailbox/commit-witness.ts'

export type CommitResolution =
  | { readonly kind: 'committed' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'unknown'; readonly evidence: string }

/** Runs a statement on a session other than the one that was lost; resolves to its first row, all of it text. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<Row | undefined>
type Row = Readonly<Record<string, string | null>>

export interface Patience {
  /** Resolves some milliseconds later. */
  pause(): Promise<void>
  readonly isOver: boolean
}

const clusterQuestion = `SELECT system_identifier::text AS "systemIdentifier",
  pg_stat_get_bgwriter_stat_reset_time()::text AS "countsSince",
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS "timeline"
  FROM pg_control_system()`
const statusQuestion = 'SELECT pg_xact_status($1::text::xid8) AS "status"'
const fence = `SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity($1::int)
  WHERE extract(epoch FROM backend_start)::text = $2`

/**
 * What became of a transaction whose COMMIT was written. 'in progress' proves nothing: COMMIT may still be on its way to a
 * server process that waits for it, so that one is ended first; after that the answer is final.
 *
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT pg_xact_status
 */
export async function resolveCommit(
  witness: CommitWitness,
  ask: Ask,
  patience: Patience,
): Promise<CommitResolution> {
  const cluster = await ask(clusterQuestion)
  const strangeness = strangenessOf(witness, cluster)
  if (strangeness !== undefined) return unknown(strangeness)
  const mayHaveCrashed = cluster?.['countsSince'] !== witness.countsSince
  let isFenced = false
  for (;;) {
    const status = await statusOf(witness, ask)
    // After a crash ids come again that had not been written down. Aborted is true of either: what is not written down is
    // not committed.
    if (status === 'committed' && mayHaveCrashed)
      return unknown('the server has crashed, and may have given the id of the transaction to another')
    if (status === 'committed' || status === 'aborted') return { kind: status }
    if (status !== 'in progress') return unknown('the server no longer remembers the transaction')
    if (patience.isOver) return unknown('its old server process is still at work on it')
    if (!isFenced) {
      isFenced = true
      // Whoever may not end it can still wait for its end.
      await ask(fence, [witness.processId, witness.startedAt]).catch(rethrowUnless('42501'))
    } else await patience.pause()
  }
}

/** A transaction id says nothing on another cluster, or on a timeline that branched off before the COMMIT. */
function strangenessOf(witness: CommitWitness, cluster: Row | undefined): string | undefined {
  const { systemIdentifier, timeline } = cluster ?? {}
  if (systemIdentifier !== witness.systemIdentifier) return 'the server that answers now is another cluster'
  if (timeline === null) return 'the server that answers now is a standby'
  if (timeline === witness.timeline) return undefined
  return `the server that answers now is on another timeline: ${timeline} instead of ${witness.timeline}`
}

/** 22023: it lies in the future of this server. */
const statusOf = async ({ transactionId }: CommitWitness, ask: Ask): Promise<string | null | undefined> =>
  ask(statusQuestion, [transactionId]).then((row) => row?.['status'], rethrowUnless('22023'))

const rethrowUnless =
  (code: string) =>
  (error: unknown): undefined => {
    if ((error as { code?: unknown }).code !== code) throw error
    return undefined
  }

const unknown = (evidence: string): CommitResolution => ({ kind: 'unknown', evidence })
