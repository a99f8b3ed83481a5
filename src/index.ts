// The public face: named exports only, no logic.
export { connect } from './api/connect.ts'
export { Connection, RollbackFailedError } from './api/connection.ts'
export type { ConnectionConfig } from './api/connection-config.ts'
export type { ConnectionEvents, ConnectionNotice, NotificationObserver } from './api/connection-events.ts'
export type { ListenOptions, Subscription } from './api/listening/subscription.ts'
export type { Logger } from './api/logger.ts'
export type { OutboxSource } from './api/outbox/delivery.ts'
export type { DurableListenOptions } from './api/outbox/durable-options.ts'
export type { DurableSubscription } from './api/outbox/durable-subscription.ts'
export { Outbox } from './api/outbox/outbox.ts'
export type {
  DeliveredMessage,
  DeliveryContext,
  DeliveryHandler,
  OutboxMessage,
} from './api/outbox/outbox-message.ts'
export type { OutboxOptions } from './api/outbox/outbox-options.ts'
export { Pool } from './api/pool/pool.ts'
export type { PoolConfig } from './api/pool/pool-config.ts'
export type { PoolEvents } from './api/pool/pool-events.ts'
export type {
  Cursor,
  CursorOptions,
  Queryable,
  RequestOptions,
  RowMapper,
  Transaction,
  TransactionOptions,
  WaitOptions,
} from './api/queryable.ts'
export type { Session } from './api/session.ts'
export { type HeartbeatOptions, heartbeat } from './api/sessions/heartbeat.ts'
export { type MaxLifetimeOptions, maxLifetime } from './api/sessions/max-lifetime.ts'
export type { Monitor, MonitorContext } from './api/sessions/monitor.ts'
export { type RoleCheckOptions, roleCheck } from './api/sessions/role-check.ts'
export { Supervisor } from './api/supervisor/supervisor.ts'
export type { SupervisorEvents } from './api/supervisor/supervisor-events.ts'
export type { SupervisorOptions } from './api/supervisor/supervisor-options.ts'
export type { Clock } from './backoff/clock.ts'
export { exponentialBackoff } from './backoff/exponential.ts'
export { retry } from './backoff/retry.ts'
export { DeadConnectionDetector } from './detectors/dead-connection-detector.ts'
export { defaultDeathChecker } from './detectors/default-death-checker.ts'
export { defaultHopelessChecker } from './detectors/default-hopeless-checker.ts'
export { allOf, anyOf, type DeathChecker, not } from './detectors/detector.ts'
export { networkError } from './detectors/network-error.ts'
export { readOnlyServer } from './detectors/read-only-server.ts'
export type { ReconnectOptions } from './detectors/reconnect-options.ts'
export { sqlState } from './detectors/sql-state.ts'
export type {
  Driver,
  DriverCapabilities,
  DriverName,
  HostAddress,
  Notification,
  ServerNotice,
  Statement,
  StatementTypes,
  Wire,
  WireConfig,
  WireFact,
  WireLoss,
} from './drivers/driver.ts'
export { AlreadyConnectedError, ConnectFailedError, ConnectionDeadError } from './errors/connect-errors.ts'
export type { Failure } from './errors/failure.ts'
export { InvalidOptionError } from './errors/invalid-option-error.ts'
export { isRetrySafe, outcomeOf } from './errors/outcome-of.ts'
export {
  HandleRevokedError,
  NestedUseError,
  QueueFullError,
  RequestTimeoutError,
} from './errors/request-errors.ts'
export {
  ConnectionClosedError,
  ConnectionLostError,
  ProtocolViolationError,
} from './errors/session-errors.ts'
export { type Outcome, SupervisorError, type SupervisorErrorCode } from './errors/supervisor-error.ts'
export {
  CommitOutcomeUnknownError,
  TransactionAbortedError,
  TransactionControlError,
} from './errors/transaction-errors.ts'
export type { ConnectionState } from './machines/connection.events.ts'
export type {
  AcquireMessage,
  ConnectMessage,
  NoticeMessage,
  PoolReadings,
  QueryMessage,
  ReleaseMessage,
  TransactionMessage,
} from './telemetry/channels.ts'
