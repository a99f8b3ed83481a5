import { SupervisorError } from '../../errors/supervisor-error.ts'
import type { Connection } from '../connection.ts'

/** It went down, or was ended by hand, before anything was sent: another member can be asked. */
export function isUnsent(error: unknown, { name }: Connection): boolean {
  if (!(error instanceof SupervisorError) || error.connectionName !== name) return false
  return (
    error.code === 'CONNECTION_DEAD' || (error.code === 'CONNECTION_CLOSED' && error.outcome === 'notApplied')
  )
}
