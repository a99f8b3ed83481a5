// The supervisor's own options that have an inside.
import { exponentialBackoff } from '../../backoff/exponential.ts'
import { defaultDeathChecker } from '../../detectors/default-death-checker.ts'
import { defaultHopelessChecker } from '../../detectors/default-hopeless-checker.ts'
import { type ReconnectOptions, reconnectOptionNames } from '../../detectors/reconnect-options.ts'
import { checkFunction, checkNames } from '../../errors/check-option.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import { heartbeat } from '../sessions/heartbeat.ts'
import type { Monitor } from '../sessions/monitor.ts'
import type { Settings } from '../settings.ts'
import { checkKind, count, durationOrNone, text } from './option-kind.ts'
import { monitor } from './own-options.ts'
import { veil } from './veil.ts'

const defaultBackoff = () => exponentialBackoff()

type Judges = Pick<Settings, 'isSupervised' | 'isDead' | 'isHopeless' | 'backoff'>

/** The methods of an instance keep their `this`; those of a subclass override as ever. */
export function readReconnect(reconnect: ConnectionConfig['reconnect'], random: () => number): Judges {
  const judges: Required<ReconnectOptions> = {
    isDead: defaultDeathChecker,
    isHopeless: defaultHopelessChecker,
    backoff: random === Math.random ? defaultBackoff : () => exponentialBackoff({ random }),
  }
  if (typeof reconnect !== 'object') return { isSupervised: reconnect !== false, ...judges }
  checkNames(reconnect, reconnectOptionNames, 'reconnect.')
  const { isDead, isHopeless, backoff } = reconnect
  for (const [name, method] of Object.entries({ isDead, isHopeless, backoff })) {
    if (method !== undefined) checkFunction(`reconnect.${name}`, method)
  }
  if (isDead !== undefined) judges.isDead = isDead.bind(reconnect)
  if (isHopeless !== undefined) judges.isHopeless = isHopeless.bind(reconnect)
  if (backoff !== undefined) judges.backoff = backoff.bind(reconnect)
  return { isSupervised: true, ...judges }
}

export function readWhileDown(whileDown: ConnectionConfig['whileDown']): number | undefined {
  if (typeof whileDown !== 'object') return undefined
  checkNames(whileDown, ['waitMs'], 'whileDown.')
  const { waitMs } = whileDown
  checkKind('whileDown.waitMs', waitMs, durationOrNone)
  return waitMs
}

const defaultMonitors: readonly Monitor[] = [heartbeat()]

export function readMonitors(monitors: readonly Monitor[] = defaultMonitors): readonly Monitor[] {
  monitors.forEach((entry, index) => {
    checkKind(`monitors[${index}]`, entry, monitor)
  })
  return [...monitors]
}

const defaultPreparedLimit = 256

export function readAutoPrepare(autoPrepare: ConnectionConfig['autoPrepare'] = true): number {
  if (typeof autoPrepare === 'boolean') return autoPrepare ? defaultPreparedLimit : 0
  checkNames(autoPrepare, ['limit'], 'autoPrepare.')
  const { limit } = autoPrepare
  checkKind('autoPrepare.limit', limit, count)
  return limit
}

/** Some server settings are secrets of the application's. */
export function readServerSettings(settings: ConnectionConfig['settings'] = {}): Record<string, string> {
  const copy = { ...settings }
  for (const [name, value] of Object.entries(copy)) checkKind(`settings.${name}`, value, text)
  return veil(copy)
}
