// The words in which a pool turns requests away; as Refusals, of a connection.
import { ConnectionDeadError } from '../../errors/connect-errors.ts'
import type { Failure } from '../../errors/failure.ts'
import { HandleRevokedError, QueueFullError, RequestTimeoutError } from '../../errors/request-errors.ts'
import { ConnectionClosedError } from '../../errors/session-errors.ts'

export class PoolRefusals {
  readonly #name: string

  constructor(poolName: string) {
    this.#name = poolName
  }

  down(known: {
    failure: Failure
    since: number
    attempt: number
    nextAttemptAt: number | undefined
  }): Error {
    const { failure, since, attempt, nextAttemptAt } = known
    const message = `every connection of ${this.#name} is down: ${failure.message}; nothing was sent`
    const details = { since, attempt, nextAttemptAt, cause: failure.error, connectionName: this.#name }
    return new ConnectionDeadError(message, details)
  }

  notAcquired(ms: number): RequestTimeoutError {
    const message = `no connection of ${this.#name} was free within ${ms} ms; nothing was sent`
    return new RequestTimeoutError(message, { phase: 'acquire', connectionName: this.#name })
  }

  timedOut(ms: number): RequestTimeoutError {
    const message = `a request on ${this.#name} did not end within ${ms} ms, before anything was sent; nothing of it was applied`
    return new RequestTimeoutError(message, { phase: 'queue', connectionName: this.#name })
  }

  full(limit: number): QueueFullError {
    const message = `${limit} requests wait for a connection of ${this.#name} already, as many as waitLimit allows; nothing was sent`
    return new QueueFullError(message, { connectionName: this.#name })
  }

  cursorClosed(): HandleRevokedError {
    const message = `a cursor of ${this.#name} was used after it had been closed; nothing was sent`
    return new HandleRevokedError(message, { connectionName: this.#name })
  }

  closed(): ConnectionClosedError {
    return new ConnectionClosedError(`${this.#name} is closed; nothing was sent`, {
      connectionName: this.#name,
    })
  }
}
