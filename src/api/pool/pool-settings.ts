import type { Clock } from '../../backoff/clock.ts'
import type { Connection } from '../connection.ts'
import type { Settings } from '../settings.ts'

/** A PoolConfig that was read: checked, and with every default in place. */
export interface PoolSettings {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly acquireTimeoutMs: number
  /** 0 = never closed for idleness. */
  readonly idleTimeoutMs: number
  /** 0 = never too old. */
  readonly maxLifetimeMs: number
  readonly waitLimit: number
  /** 0 = not looked for. */
  readonly leakThresholdMs: number
  readonly reconnectRate: number | undefined
  /** How long a request waits while everybody is down; undefined = it is refused at once. */
  readonly waitMs: number | undefined
  /** A new one of the pool; whose it is, its name tells. */
  readonly makeConnection: (name: string) => Connection
  /** What its connections are made with; holds secrets. */
  readonly connection: Settings
  readonly clock: Clock
  readonly random: () => number
}
