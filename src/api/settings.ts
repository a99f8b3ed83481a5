import type { ClientBase, ClientConfig } from 'pg'
import type { InspectionEvent } from 'xstate'
import type { Clock } from '../backoff/clock.ts'
import type { DeathChecker } from '../detectors/detector.ts'
import type { Driver } from '../drivers/driver.ts'
import type { TargetSessionAttrs } from '../topology/session-role.ts'
import type { Target } from '../topology/target.ts'
import type { Logger } from './logger.ts'
import type { RowMapper } from './queryable.ts'
import type { Session } from './session.ts'
import type { Monitor } from './sessions/monitor.ts'

/** Several hosts, or one that has to be of a certain kind. */
export interface HostPlan {
  readonly targets: readonly Target[]
  readonly wanted: TargetSessionAttrs
  readonly isRandom: boolean
  /** How far a standby may be behind. */
  readonly maxStalenessMs: number | undefined
}

/** A ConnectionConfig that was read: checked, and with every default in place. */
export interface Settings {
  readonly name: string
  readonly driver: Driver
  /** Where pg will connect to, or first; for the storm limit and for words. */
  readonly address: Target
  /** undefined = that one host, of whatever kind. */
  readonly hosts: HostPlan | undefined
  /** What pg is given: where to connect and as whom. A function, for it holds secrets that inspection must not find. */
  readonly readClient: (target?: Target) => ClientConfig
  readonly clientFactory: ((config: ClientConfig) => ClientBase) | undefined
  readonly rowMode: 'object' | 'array'
  readonly mapRow: RowMapper | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly setup: ((session: Session) => unknown) | undefined
  readonly isSupervised: boolean
  readonly isDead: DeathChecker
  readonly isHopeless: DeathChecker
  readonly backoff: () => Iterable<number>
  readonly monitors: readonly Monitor[]
  /** How long a request waits while down; undefined = it is refused at once. */
  readonly waitMs: number | undefined
  readonly isPipelined: boolean
  /** 0 = autoPrepare is off. */
  readonly preparedLimit: number
  readonly queueLimit: number
  readonly connectTimeoutMs: number
  readonly statementTimeoutMs: number
  readonly allowExitOnIdle: boolean
  readonly verifiesCommits: boolean
  readonly hasDeadMan: boolean
  readonly inspect: ((event: InspectionEvent) => void) | undefined
  readonly logger: Logger | undefined
  readonly clock: Clock
  readonly random: () => number
}
