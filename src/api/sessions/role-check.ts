import { checkNames } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { checkKind, duration, isObject } from '../options/option-kind.ts'
import { unrefing } from '../unrefing-clock.ts'
import type { Monitor, MonitorContext, WatchedSession } from './monitor.ts'

/** How often a server is asked of what kind it is. */
export interface RoleCheckOptions {
  /** Milliseconds between the questions. Default 5_000. */
  intervalMs?: number
}

/**
 * Looks again and again whether the server is still of the kind that `targetSessionAttrs` wants, so that a session leaves a
 * primary that was demoted before a write fails there. Replaced when it is idle, so that nothing fails; the next session goes to
 * a host that fits.
 *
 * Servers since PostgreSQL 14 tell that they have changed (in_hot_standby, default_transaction_read_only), but only with an
 * answer: an empty query is enough. Others, and poolers, are asked. A write that was refused with 25006 on such a server
 * ends the session at once, with or without this monitor. With `targetSessionAttrs` 'any' and 'prefer-standby' every server
 * fits. It does not keep the process alive.
 *
 * @throws {InvalidOptionError} unless `intervalMs` is more than 0 and at most what a timer takes, 2 147 483 647.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 *
 * @example
 * ```ts
 * import { connect, heartbeat, roleCheck } from 'pg-supervisor'
 *
 * const connection = await connect({
 *   connectionString: 'postgres://db1,db2/app?target_session_attrs=primary',
 *   monitors: [heartbeat(), roleCheck({ intervalMs: 1_000 })],
 * })
 * ```
 */
export function roleCheck(options: RoleCheckOptions = {}): Monitor {
  if (!isObject(options)) throw invalidOption('roleCheck', 'an object', options)
  checkNames(options, ['intervalMs'])
  const { intervalMs = 5_000 } = options
  checkKind('intervalMs', intervalMs, duration)
  return {
    name: 'role check',
    start: (watch: MonitorContext & Partial<WatchedSession>) => {
      const clock = unrefing(watch.clock)
      let timer: unknown
      let isStopped = false
      const rest = (): void => {
        if (!isStopped) timer = clock.setTimeout(look, intervalMs)
      }
      // A question that fails says nothing of the server's kind, and who asked for it hears of a loss elsewhere.
      const look = (): void => void watch.checkRole?.().then(rest, rest)
      rest()
      return () => {
        isStopped = true
        clock.clearTimeout(timer)
      }
    },
  }
}
