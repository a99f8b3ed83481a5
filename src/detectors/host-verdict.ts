/**
 * What an error says of a host that was asked for a sign of life: `alive`, it said no itself; `silent`, nobody said
 * anything; `unknown`, this machine did not get as far as asking.
 */
export type HostVerdict = 'alive' | 'silent' | 'unknown'

/** Its kernel answered, and so does for its sessions: one that it does not know it would reset. */
const refusals = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** A router, or the patience of this machine's kernel. ENETUNREACH is missing: then it is us who are cut off. */
const silences = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN'])

export function hostVerdict(error: unknown): HostVerdict {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return 'unknown'
  if (refusals.has(code)) return 'alive'
  return silences.has(code) ? 'silent' : 'unknown'
}
