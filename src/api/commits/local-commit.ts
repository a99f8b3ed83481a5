import type { ServerNotice } from '../../drivers/driver.ts'

/**
 * The transaction is committed on this server, and nobody waits for the synchronous standby any more: a failover may lose it.
 * Told by the function that waits (SyncRepWaitForLSN in syncrep.c), for the words are translated.
 */
export const tellsLocalCommit = ({ code, routine }: ServerNotice): boolean =>
  code === '01000' && routine === 'SyncRepWaitForLSN'

export const localCommitWarning = {
  type: 'warning',
  reason: 'committedLocallyOnly',
  message: 'a transaction was committed on this server and may not have reached its synchronous standby',
} as const
