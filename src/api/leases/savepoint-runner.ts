// A transaction nested in another: SAVEPOINT, work, RELEASE; on rejection ROLLBACK TO, and the same error.
import { TransactionAbortedError } from '../../errors/transaction-errors.ts'
import type { Transaction, WaitOptions } from '../queryable.ts'
import { checkLeaseOptions } from '../requests/request-options.ts'
import { Lease } from './lease.ts'

let savepoints = 0

export async function runSavepoint<T>(
  outer: Lease,
  work: (tx: Transaction) => Promise<T> | T,
  options: WaitOptions,
  handleOn: (lease: Lease) => Transaction,
): Promise<T> {
  checkLeaseOptions(options)
  const { core } = outer
  const lease = new Lease(core, 'savepoint', outer.lane)
  const letGo = lease.bind(options)
  const name = `pgs_${++savepoints}`
  try {
    lease.throwIfCut()
    await lease.begin(`SAVEPOINT ${name}`, 'statement')
    const outcome = await lease.run(() => work(handleOn(lease)))
    if (outcome.kind === 'done') await lease.stragglersOrCut()
    if (outcome.kind !== 'done') {
      await rollBackTo(lease, name)
      throw outcome.error
    }
    const { refusal, lostBy } = lease.lane
    if (lostBy !== undefined) throw core.refusals.lost(lostBy, 'notApplied')
    if (refusal !== undefined) {
      await rollBackTo(lease, name)
      throw refusal.error
    }
    await release(lease, name)
    return outcome.value
  } finally {
    letGo()
    lease.end()
  }
}

async function release(lease: Lease, name: string): Promise<void> {
  try {
    await lease.ask(`RELEASE SAVEPOINT ${name}`)
  } catch (error) {
    // 25P02: one of its statements had failed, and its error was swallowed.
    if ((error as { code?: unknown }).code !== '25P02') throw error
    await rollBackTo(lease, name)
    const { name: connectionName } = lease.core.settings
    const message = `a nested transaction on ${connectionName} was rolled back: one of its statements had failed, and its error was swallowed`
    throw new TransactionAbortedError(message, { cause: lease.lane.firstError, connectionName })
  }
}

async function rollBackTo(lease: Lease, name: string): Promise<void> {
  if (lease.lane.stage !== 'open') return
  // When this fails, so will what the outer transaction does next; it is for the outer one to clean up.
  await lease
    .ask(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`, 'rollback')
    .catch(() => undefined)
}
