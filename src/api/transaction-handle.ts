import type { Reply, Request, RequestLane } from '../machines/request.ts'
import type { Core } from './core.ts'
import type { Lease } from './lease.ts'
import type { RequestOptions, Transaction, WaitOptions } from './queryable.ts'
import { runSavepoint } from './savepoint-runner.ts'
import { Statements } from './statements.ts'

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

  protected override send(request: Request, bounds: RequestOptions | undefined): Promise<Reply> {
    return this.#lease.track(super.send(request, bounds))
  }

  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) return this.#lease.track(Promise.reject(refusal.error))
    return this.#lease.track(
      runSavepoint(this.#lease, work, options, (lease) => new TransactionHandle(lease)),
    )
  }
}
