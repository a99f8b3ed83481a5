import type {
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
  QueryResultRow,
  Submittable,
} from 'pg'
import { checkFunction } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { TransactionControlError } from '../../errors/transaction-errors.ts'
import type { Core } from '../core.ts'
import type { CursorHome } from '../cursors/cursor-home.ts'
import { OwnTransaction } from '../cursors/own-transaction.ts'
import { SharedTransaction } from '../cursors/shared-transaction.ts'
import type { RequestOptions, Transaction, TransactionOptions, WaitOptions } from '../queryable.ts'
import { checkLeaseOptions } from '../requests/request-options.ts'
import type { Session } from '../session.ts'
import { Handle, type HandleOwner } from './handle.ts'
import { Lease } from './lease.ts'
import { endSubmittables, isSubmittable, refuse, submit } from './submittables.ts'
import { checkTransactionOptions } from './transaction-options.ts'
import { runTransaction } from './transaction-runner.ts'

/** What session(), setup, recovery handlers and monitors are handed. */
export class SessionHandle extends Handle<HandleOwner> implements Session {
  override query<T extends Submittable>(submittable: T): T
  override query<R extends unknown[] = unknown[]>(
    query: QueryArrayConfig & RequestOptions,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: pg's own default, which its users' code relies on
  override query<R extends QueryResultRow = any>(
    query: string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<QueryResult<R>>
  override query(
    query: Submittable | string | (QueryConfig & RequestOptions),
    values?: readonly unknown[],
    options?: RequestOptions,
  ): unknown {
    if (!isSubmittable(query)) return super.query(query, values, options)
    const refusal = this.refusalForSubmittable()
    if (refusal === undefined) submit(this.core, this.lane, query)
    else refuse(query, refusal.error)
    return query
  }

  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: TransactionOptions = {}): Promise<T> {
    return this.keep(this.#transaction(work, options))
  }

  protected refusalForSubmittable(): { readonly error: unknown } | undefined {
    return this.refusalFor(undefined)
  }

  protected override cursorHome(_isDetached: boolean, refusal: CursorHome['refusal']): CursorHome {
    return SharedTransaction.home(this.core, this.lane, refusal)
  }

  async #transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: TransactionOptions): Promise<T> {
    checkFunction('work', work)
    checkTransactionOptions(options)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    await this.#refuseInsideOfAnother()
    // It was cut meanwhile.
    if (this.lane.refusal !== undefined) throw this.lane.refusal.error
    return runTransaction(this.core, this.lane, work, options)
  }

  /** BEGIN inside of a transaction begun by hand is but a warning, and its COMMIT would end that one. */
  async #refuseInsideOfAnother(): Promise<void> {
    const { core, lane } = this
    const { mailbox, settings } = core
    // A monitor's waits for its turn, behind whatever is open.
    if (lane.kind === 'autocommit') return
    // The status is true only behind what is still in flight, and of this lane only when it is open.
    if (mailbox.oldest !== undefined || mailbox.openLane !== lane) {
      await core.ask(core.newRequest({ text: '', lane }))
    }
    if (mailbox.wire === undefined || mailbox.wire.transactionStatus === 'I') return
    const message = `transaction() on a session of ${settings.name} that is in a transaction begun by hand, or by a cursor: end that one first`
    throw new TransactionControlError(message, { connectionName: settings.name })
  }
}

/** Exclusive use without a transaction; a transaction left open at its end is rolled back and reported. */
export async function runSession<T>(
  core: Core,
  work: (session: Session) => Promise<T> | T,
  options: WaitOptions = {},
): Promise<T> {
  checkLeaseOptions(options)
  const lease = new Lease(core, 'session', core.mailbox.root)
  const letGo = lease.bind(options)
  try {
    lease.throwIfCut()
    await lease.begin('', 'lease')
    const outcome = await lease.run(() => work(new SessionHandle(lease)))
    await endSubmittables(core, lease.lane)
    await lease.stragglersOrCut()
    // Cut: transactions in it are cut as well, and roll back first.
    if (lease.lane.stage === 'open') await lease.stragglers()
    await cleanUp(lease)
    if (outcome.kind === 'done') return outcome.value
    throw outcome.error
  } finally {
    letGo()
    lease.end()
  }
}

async function cleanUp(lease: Lease): Promise<void> {
  const { core, lane } = lease
  if (lane.stage !== 'open') return
  // The status is true only behind what is still in flight.
  if (core.mailbox.oldest !== undefined) await lease.ask('').catch(() => undefined)
  const { wire } = core.mailbox
  if (lane.stage !== 'open' || wire === undefined || wire.transactionStatus === 'I') return
  const message = `a session on ${core.settings.name} left a transaction open; it was rolled back`
  core.notices.publish({ type: 'warning', reason: 'transactionLeftOpen', message })
  await lease.ask('ROLLBACK', 'rollback').catch(() => undefined)
}

/** A monitor's: its questions are the supervisor's, not requests of users. */
export class MonitorSession extends SessionHandle {
  protected override readonly role = 'probe'

  /** The session is not a monitor's alone. */
  protected override refusalForSubmittable(): { readonly error: unknown } {
    return {
      error: invalidOption('query', 'a statement: a monitor does not have the session for itself', {}),
    }
  }

  protected override cursorHome(isDetached: boolean, refusal: CursorHome['refusal']): CursorHome {
    return new OwnTransaction((work, options) => this.transaction(work, options), isDetached, refusal)
  }
}
