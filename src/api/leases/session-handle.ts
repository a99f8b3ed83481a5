import { checkFunction } from '../../errors/check-option.ts'
import type { Core } from '../core.ts'
import type { Session, Transaction, TransactionOptions, WaitOptions } from '../queryable.ts'
import { checkLeaseOptions } from '../requests/request-options.ts'
import { Handle, type HandleOwner } from './handle.ts'
import { Lease } from './lease.ts'
import { checkTransactionOptions } from './transaction-options.ts'
import { runTransaction } from './transaction-runner.ts'

/** What session(), setup, recovery handlers and monitors are handed. */
export class SessionHandle extends Handle<HandleOwner> implements Session {
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: TransactionOptions = {}): Promise<T> {
    return this.keep(this.#transaction(work, options))
  }

  async #transaction<T>(work: (tx: Transaction) => Promise<T> | T, options: TransactionOptions): Promise<T> {
    checkFunction('work', work)
    checkTransactionOptions(options)
    const refusal = this.refusalFor(options)
    if (refusal !== undefined) throw refusal.error
    return runTransaction(this.core, this.lane, work, options)
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
    await lease.begin({ text: '', role: 'lease' })
    const outcome = await lease.run(() => work(new SessionHandle(lease)))
    await Promise.race([lease.stragglers(), lease.whenCut()])
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
}
