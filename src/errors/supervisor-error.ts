/** 'notApplied' = certainly had no effect, 'unknown' = may have had. */
export type Outcome = 'notApplied' | 'unknown'

/** The contract of an error: `code` stays what it is, whatever becomes of messages and classes. */
export type SupervisorErrorCode =
  | 'ALREADY_CONNECTED'
  | 'CONNECT_FAILED'
  | 'CONNECTION_DEAD'
  | 'CONNECTION_LOST'
  | 'CONNECTION_CLOSED'
  | 'COMMIT_OUTCOME_UNKNOWN'
  | 'TRANSACTION_ABORTED'
  | 'TRANSACTION_CONTROL'
  | 'ROLLBACK_FAILED'
  | 'REQUEST_TIMEOUT'
  | 'QUEUE_FULL'
  | 'NESTED_USE'
  | 'HANDLE_REVOKED'
  | 'INVALID_OPTION'
  | 'PROTOCOL_VIOLATION'

export interface ErrorDetails {
  cause?: unknown
  outcome?: Outcome | undefined
  retrySafe?: boolean | undefined
  connectionName?: string | undefined
}

const brand: unique symbol = Symbol.for('pg-supervisor.error') as never

/**
 * The base of every error this library makes. The contract is `code`; `instanceof` works as well, also
 * when two copies of the package are installed. Errors of the server are not of this kind: they reach
 * their caller as the driver made them.
 *
 * @example
 * ```ts
 * import { SupervisorError } from 'pg-supervisor'
 *
 * function mayRepeat(error: unknown): boolean {
 *   return error instanceof SupervisorError && error.retrySafe
 * }
 * ```
 */
export abstract class SupervisorError extends Error {
  abstract readonly code: SupervisorErrorCode
  readonly outcome: Outcome
  /** Nothing was applied and repeating can help; never true of an outcome that is 'unknown'. */
  readonly retrySafe: boolean
  readonly connectionName: string | undefined

  constructor(message: string, details: ErrorDetails, outcome: Outcome, retrySafe: boolean) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.outcome = details.outcome ?? outcome
    this.retrySafe = this.outcome === 'notApplied' && (details.retrySafe ?? retrySafe)
    this.connectionName = details.connectionName
    // The prototypes' getters serve the stack's first line and `instanceof`; loggers copy own properties.
    Object.defineProperty(this, 'name', { value: this.name, writable: true, configurable: true })
    const { code } = new.target.prototype
    Object.defineProperty(this, 'code', { value: code, enumerable: true, writable: true, configurable: true })
  }

  override get name(): string {
    return this.constructor.name
  }

  get [brand](): true {
    return true
  }

  /**
   * Another copy of the package has other classes of the same meaning: those are recognised by brand and
   * code. Classes derived outside of this package have no code of their own and keep the ordinary test.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the right side of `instanceof`, which may be any subclass
    const { prototype } = this
    if (Object.prototype.isPrototypeOf.call(prototype, value as object)) return true
    if (typeof value !== 'object' || value === null || !(brand in value)) return false
    if (Object.hasOwn(prototype, brand)) return true
    return Object.hasOwn(prototype, 'code') && (value as SupervisorError).code === prototype.code
  }
}
