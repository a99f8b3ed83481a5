// What a failure to connect says of the host, and of the others.
import type { Failure } from '../errors/failure.ts'

/**
 * No other host is tried: a server has answered and refused us, or our own code failed. So a password that is wrong is shown
 * to one host only. A server that is starting up, or takes no sessions as a standby (57P03), is as good as down.
 *
 * @see https://github.com/postgres/postgres/blob/REL_15_STABLE/src/interfaces/libpq/fe-connect.c PQconnectPoll
 */
export const endsRound = ({ kind, code }: Failure): boolean =>
  kind === 'unknown' || kind === 'rollback' || (kind === 'server' && code !== '57P03')

/** This process has no more descriptors, ports or memory; or, of a name, nobody to ask. */
const ours: ReadonlySet<string | undefined> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
])

/** The fault is on our side, and says nothing of the host. */
export const isLocalFault = ({ kind, code }: Failure): boolean => kind === 'network' && ours.has(code)
