import { checkFunction } from '../../errors/check-option.ts'
import type { RequestLane } from '../../machines/request.ts'
import type { Core } from '../core.ts'
import type { Transaction, WaitOptions } from '../queryable.ts'
import { Statements } from '../requests/statements.ts'
import type { Lease } from './lease.ts'
import { runSavepoint } from './savepoint-runner.ts'

/** What transaction() hands to its callback; revoked when that settles. */
export class TransactionHandle extends Statements implements Transaction {
  readonly processId: number
  readonly #lease: Lease

  constructor(lease: Lease) {
    super()
    this.#lease = lease
    this.processId = lease.core.mailbox.wire?.processId ?? 0
  }

  protected get core(): Core {
    return this.#lease.core
  }

  protected get lane(): RequestLane {
    return this.#lease.lane
  }

  protected override get isRevoked(): boolean {
    return this.#lease.isOver
  }

  protected override keep<T>(statement: Promise<T>): Promise<T> {
    return this.#lease.track(statement)
  }

  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    return this.keep(this.#nested(work, options))
  }

  async #nested<T>(work: (tx: Transaction) => Promise<T> | T, options: WaitOptions): Promise<T> {
    checkFunction('work', work)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    return runSavepoint(this.#lease, work, options, (lease) => new TransactionHandle(lease))
  }
}
