import type { ClientBase, ClientConfig } from 'pg'
import type { InspectionEvent } from 'xstate'
import type { Clock } from '../backoff/clock.ts'
import type { DeathChecker } from '../detectors/detector.ts'
import type { Driver, HostAddress } from '../drivers/driver.ts'
import type { Logger } from './logger.ts'
import type { RowMapper } from './queryable.ts'
import type { Session } from './session.ts'
import type { Monitor } from './sessions/monitor.ts'

/** A ConnectionConfig that was read: checked, and with every default in place. */
export interface Settings {
  readonly name: string
  readonly driver: Driver
  /** Where pg will connect to, for the storm limit and for words. */
  readonly address: HostAddress
  /** What pg is given: where to connect and as whom. A function, for it holds secrets that inspection must not find. */
  readonly readClient: () => ClientConfig
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
  readonly inspect: ((event: InspectionEvent) => void) | undefined
  readonly logger: Logger | undefined
  readonly clock: Clock
  readonly random: () => number
}
