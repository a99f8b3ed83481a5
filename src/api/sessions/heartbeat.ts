import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind, duration, isObject } from '../options/option-kind.ts'
import type { Monitor } from './monitor.ts'
import { Pulse } from './pulse.ts'

/** How long a heartbeat waits before it asks, and for the answer. */
export interface HeartbeatOptions {
  /** Milliseconds without a byte from the server before it is asked for one. Default 5_000. */
  idleMs?: number
  /** Milliseconds that the server has for its answer. Default 2_000. */
  timeoutMs?: number
}

/**
 * Notices that a session is dead though its socket looks alive: a load balancer forgot it, the network went away, the server
 * stands still. After `idleMs` without a byte it asks; when after `timeoutMs` nothing has come back, the session is
 * reported and recovery begins.
 *
 * An idle session is asked itself, by an empty query. One that is at work, or held by a transaction or session(), is not
 * disturbed: its host is asked instead, on a connection of its own that says no more than any client says first, takes no
 * slot of the server and is closed at the answer. All sessions of the process share it, and any byte to any of them is an
 * answer, as is a refusal. So a slow server is left alone, however long a statement takes; that only this one session is
 * cut off while its host lives is for `statementTimeoutMs` and TCP's keepalive to notice.
 *
 * It never convicts while an answer waits in the socket or because this process was busy or stopped, asks within the storm
 * limit, and does not keep the process alive.
 *
 * @throws {InvalidOptionError} unless both are more than 0 and at most what a timer takes, 2 147 483 647.
 *
 * @example
 * ```ts
 * import { connect, heartbeat } from 'pg-supervisor'
 *
 * const connection = await connect({ monitors: [heartbeat({ idleMs: 1_000, timeoutMs: 500 })] })
 * ```
 */
export function heartbeat(options: HeartbeatOptions = {}): Monitor {
  if (!isObject(options)) throw invalidOption('heartbeat', 'an object', options)
  checkNames(options, ['idleMs', 'timeoutMs'])
  const { idleMs = 5_000, timeoutMs = 2_000 } = options
  checkKind('idleMs', idleMs, duration)
  checkKind('timeoutMs', timeoutMs, duration)
  return {
    name: 'heartbeat',
    start: (watch) => {
      const pulse = new Pulse(watch, idleMs, timeoutMs)
      return () => pulse.stop()
    },
  }
}
