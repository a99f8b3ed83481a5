import { checkFunction } from '../../errors/check-option.ts'
import type { CursorHome } from '../cursors/cursor-home.ts'
import { UsersTransaction } from '../cursors/users-transaction.ts'
import type { Transaction, WaitOptions } from '../queryable.ts'
import { Handle } from './handle.ts'
import type { Lease } from './lease.ts'
import { runSavepoint } from './savepoint-runner.ts'

/** What transaction() hands to its callback; revoked when that settles. */
export class TransactionHandle extends Handle<Lease> implements Transaction {
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    return this.keep(this.#nested(work, options))
  }

  protected override cursorHome(_isDetached: boolean, refusal: CursorHome['refusal']): CursorHome {
    return new UsersTransaction(this.lane, refusal)
  }

  async #nested<T>(work: (tx: Transaction) => Promise<T> | T, options: WaitOptions): Promise<T> {
    checkFunction('work', work)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    return runSavepoint(this.owner, work, options, (lease) => new TransactionHandle(lease))
  }
}
