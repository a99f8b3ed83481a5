// begin, work, commit; and everything that can come between. The server's word decides what became of it: COMMIT answered
// by ROLLBACK is a failure, a lost answer is unknown, a session lost before COMMIT was written applied nothing.
import type { QueryResult } from 'pg'
import { exponentialBackoff } from '../../backoff/exponential.ts'
import { RollbackFailedError, TransactionAbortedError } from '../../errors/transaction-errors.ts'
import type { CommitWitness } from '../../machines/mailbox/commit-witness.ts'
import type { RequestLane } from '../../machines/mailbox/request.ts'
import { type TransactionMessage, transactionChannel } from '../../telemetry/channels.ts'
import { Witnessing } from '../commits/witnessing.ts'
import type { Core } from '../core.ts'
import { loginOf } from '../options/login-of.ts'
import type { Transaction, TransactionOptions, WaitOptions } from '../queryable.ts'
import { Lease, type WorkOutcome } from './lease.ts'
import { pause } from './pause.ts'
import { repeated, type Tried } from './repeat.ts'
import { TransactionHandle } from './transaction-handle.ts'
import { beginStatement, retryPlan } from './transaction-options.ts'

type Work<T> = (tx: Transaction) => Promise<T> | T

export function runTransaction<T>(
  core: Core,
  parent: RequestLane,
  work: Work<T>,
  options: TransactionOptions = {},
): Promise<T> {
  if (!transactionChannel.hasSubscribers) return runUntold(core, parent, work, options)
  const { settings } = core
  const message: TransactionMessage = { connection: settings.name, database: loginOf(settings).database }
  return transactionChannel.tracePromise(() => runUntold(core, parent, work, options), message)
}

async function runUntold<T>(
  core: Core,
  parent: RequestLane,
  work: Work<T>,
  options: TransactionOptions,
): Promise<T> {
  return repeated({
    plan: retryPlan(options, () => exponentialBackoff({ random: core.settings.random })),
    clock: core.clock,
    bounds: options,
    tryOnce: (bounds, isRepetition) => tryOnce(core, parent, work, options, bounds, isRepetition),
    // A session lease that was lost or cut can't be begun in again.
    mayGoOn: () => parent.stage === 'open' && parent.refusal === undefined,
    pause: (ms, bounds) => pause(core, ms, bounds),
    reportError: (error) => core.notices.reportError(error, 'retry.backoff'),
  })
}

async function tryOnce<T>(
  core: Core,
  parent: RequestLane,
  work: Work<T>,
  options: TransactionOptions,
  bounds: WaitOptions,
  isRepetition: boolean,
): Promise<Tried<T>> {
  const lease = new Lease(core, 'transaction', parent, options.readOnly)
  const letGo = lease.bind(bounds)
  try {
    if (lease.lane.refusal !== undefined) return { kind: 'cut', error: lease.lane.refusal.error }
    const witnessing = isVerified(core, options) ? new Witnessing(lease) : undefined
    const question = witnessing?.prepare(isRepetition)
    // BEGIN takes its place in the queue now, unless there is something to be asked before it.
    if (question !== undefined) {
      await Promise.race([question, lease.whenCut()])
      lease.throwIfCut()
    }
    await lease.begin(beginStatement(options), 'begin', { isPatient: isRepetition })
    return await toTheEnd(lease, work, witnessing)
  } catch (error) {
    return {
      kind: lease.lane.refusal === undefined ? 'failed' : 'cut',
      error: lease.lane.refusal?.error ?? error,
    }
  } finally {
    letGo()
    lease.end()
  }
}

async function toTheEnd<T>(
  lease: Lease,
  work: Work<T>,
  witnessing: Witnessing | undefined,
): Promise<Tried<T>> {
  const { lane, core } = lease
  const outcome = await lease.run(() => work(new TransactionHandle(lease)))
  if (outcome.kind === 'done') await lease.stragglersOrCut()
  const witness = outcome.kind === 'done' && witnessing !== undefined ? await witnessing.witness() : undefined
  const failure = failureOf(lease, outcome)
  if (failure !== undefined) {
    await rollBack(lease, failure.error)
    return failure
  }
  const committed = await commit(lease, witness)
  if (committed.kind !== 'done') return committed
  const reply = committed.value
  if (reply?.command === 'ROLLBACK') {
    const message = `a transaction on ${core.settings.name} was rolled back by the server: one of its statements had failed, and its error was swallowed`
    const cause = lane.firstError
    return {
      kind: 'failed',
      error: new TransactionAbortedError(message, { cause, connectionName: core.settings.name }),
    }
  }
  return outcome
}

/** From here on only COMMIT's own answer counts, whatever else the transaction was cut with meanwhile. */
async function commit(lease: Lease, witness?: CommitWitness): Promise<Tried<QueryResult | undefined>> {
  try {
    return { kind: 'done', value: await lease.ask('COMMIT', 'commit', witness) }
  } catch (error) {
    // It was refused before it was written; a COMMIT that the server answered has ended the transaction either way.
    if (lease.core.mailbox.wire?.transactionStatus !== 'I') await rollBack(lease, error)
    return { kind: lease.lane.refusal === undefined ? 'failed' : 'cut', error }
  }
}

/** Why there is to be no COMMIT. */
function failureOf<T>(
  { lane, core }: Lease,
  outcome: WorkOutcome<T>,
): Exclude<Tried<T>, { kind: 'done' }> | undefined {
  if (outcome.kind !== 'done') return outcome
  if (lane.refusal !== undefined) return { kind: 'cut', error: lane.refusal.error }
  // Also when the user's code swallowed it.
  if (lane.lostBy !== undefined)
    return { kind: 'failed', error: core.refusals.lost(lane.lostBy, 'notApplied') }
  return undefined
}

/** After it the session is clean, or gone. */
async function rollBack(lease: Lease, cause: unknown): Promise<void> {
  const { lane, core } = lease
  if (lane.stage !== 'open') return
  try {
    await lease.ask('ROLLBACK', 'rollback')
  } catch (rollbackError) {
    if (lane.stage !== 'open') return
    throw rollbackFailed(core, cause, rollbackError)
  }
}

/** The session is replaced: its end rolls back what it would not roll back itself. */
function rollbackFailed(core: Core, cause: unknown, rollbackError: unknown): RollbackFailedError {
  const { settings, facade } = core
  const message = `a rollback on ${settings.name} failed on a living session, which is replaced`
  const details = { cause, rollbackError, connection: facade.connection, connectionName: settings.name }
  const error = new RollbackFailedError(message, details)
  core.replaceSession(core.failureOf(error))
  return error
}

/** What is READ ONLY stores nothing that could be asked for. */
const isVerified = (core: Core, { verifyCommit, readOnly }: TransactionOptions): boolean =>
  (verifyCommit ?? core.settings.verifiesCommits) && readOnly !== true
