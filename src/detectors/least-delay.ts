import type { Failure } from '../errors/failure.ts'

const wrongPasswordMs = 5000
const fullServerMs = 1000

/**
 * Milliseconds before the next attempt is worth making, whatever the schedule says, by what the last one failed with: a
 * login that is refused may be counted until the account is locked (class 28), a server that is full (53300) is not
 * emptied by asking. 0 for all else, which the schedule and the storm limit know best.
 */
export function leastDelayMs({ kind, phase, code = '' }: Failure): number {
  if (kind !== 'server' || phase !== 'connecting') return 0
  if (code.startsWith('28')) return wrongPasswordMs
  return code === '53300' ? fullServerMs : 0
}
