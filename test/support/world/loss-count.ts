import type { ConnectionNotice } from '../../../src/index.ts'

/**
 * Exactly one `lost` for each session that ended otherwise than by its owner: never two for one, never one without a
 * session, and no second session without the first having been lost, retired or closed.
 */
export function lossFaults(notices: readonly ConnectionNotice[]): string[] {
  const faults: string[] = []
  let session: 'none' | 'alive' | 'lost' = 'none'
  let wentDead = false
  for (const { type, ...notice } of notices) {
    if (type === 'connected') {
      if (session === 'alive' && !wentDead)
        faults.push('`connected` again, and the session before was not lost')
      session = 'alive'
      wentDead = false
    } else if (type === 'lost') {
      if (session === 'none') faults.push('`lost` without a session')
      if (session === 'lost') faults.push('`lost` twice for one session')
      session = 'lost'
    } else if (type === 'closed') session = 'none'
    else if (type === 'state') wentDead ||= 'to' in notice && notice.to === 'dead'
  }
  return faults
}
