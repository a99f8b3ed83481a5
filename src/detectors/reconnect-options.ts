import type { DeathChecker } from './detector.ts'

/**
 * Who judges a failure, and how often and when to try again.
 *
 * @example
 * ```ts
 * import { connect, exponentialBackoff, sqlState } from 'pg-supervisor'
 *
 * const connection = await connect({
 *   reconnect: { isHopeless: sqlState('28', '3D000'), backoff: () => exponentialBackoff({ maxAttempts: 50 }) },
 * })
 * ```
 */
export interface ReconnectOptions {
  /**
   * Judges failures that leave the socket open (ERRORs, timeouts): deadly or not. Pure, synchronous;
   * throwing counts as deadly and is reported. A closed socket, a FATAL that ended the session, a protocol
   * violation and a failed probe end the session whatever it says. The convicted statement still rejects
   * with its own error.
   *
   * @default defaultDeathChecker
   */
  isDead?: DeathChecker
  /**
   * Judges failures to connect: not worth another attempt.
   *
   * @default defaultHopelessChecker
   */
  isHopeless?: DeathChecker
  /**
   * Delays in ms, one per attempt, from a fresh iterable at each outage; exhausted = dead. The storm limit
   * (two attempts a second and host) overrides faster ones, and so do a refused login (5 s) and a server that is
   * full (1 s).
   *
   * @default exponentialBackoff()
   */
  backoff?: () => Iterable<number>
}

export const reconnectOptionNames = ['isDead', 'isHopeless', 'backoff'] as const
