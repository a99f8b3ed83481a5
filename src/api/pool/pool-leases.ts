// Exclusive use of a member: sessions, and transactions with their repetitions, which may go to another member.
import { exponentialBackoff } from '../../backoff/exponential.ts'
import { checkFunction } from '../../errors/check-option.ts'
import type { Connection } from '../connection.ts'
import { pause } from '../leases/pause.ts'
import { leftOf, repeated } from '../leases/repeat.ts'
import { checkTransactionOptions, retryPlan } from '../leases/transaction-options.ts'
import type { Transaction, TransactionOptions, WaitOptions } from '../queryable.ts'
import { checkLeaseOptions } from '../requests/request-options.ts'
import type { Session } from '../session.ts'
import type { PoolCore } from './pool-core.ts'
import { isUnsent } from './unsent.ts'

type Caller = (...args: never[]) => unknown

/** @param caller whose own caller is the borrower that a leak is told of. */
export function poolSession<T>(
  core: PoolCore,
  work: (session: Session) => Promise<T> | T,
  options: WaitOptions,
  caller: Caller,
): Promise<T> {
  try {
    checkFunction('work', work)
    checkLeaseOptions(options)
  } catch (error) {
    return Promise.reject(error)
  }
  const stack = core.leaks.stackOf(caller)
  // Not async itself: who waits is refused in the order of the line, and each layer would put a rejection off.
  return lent(core, options, { stack, isPatient: false }, (connection, bounds, begun) =>
    connection.session(
      (session) => {
        begun()
        return work(session)
      },
      { ...options, ...bounds },
    ),
  )
}

/** @param caller as for a session. */
export async function poolTransaction<T>(
  core: PoolCore,
  work: (tx: Transaction) => Promise<T> | T,
  options: TransactionOptions,
  caller: Caller,
): Promise<T> {
  checkFunction('work', work)
  checkTransactionOptions(options)
  const stack = core.leaks.stackOf(caller)
  const { retry: _, idempotent: __, ...once } = options
  return repeated({
    plan: retryPlan(options, () => exponentialBackoff({ random: core.settings.random })),
    clock: core.clock,
    bounds: options,
    tryOnce: (left, isPatient) =>
      lent(core, left, { stack, isPatient }, (connection, bounds, begun) =>
        connection.transaction(
          (tx) => {
            begun()
            return work(tx)
          },
          { ...once, ...bounds },
        ),
      ).then(
        (value) => ({ kind: 'done', value }),
        (error: unknown) => ({ kind: isOver(options) ? 'cut' : 'failed', error }),
      ),
    mayGoOn: () => !core.isClosed,
    pause: (ms, bounds) => pause(core, ms, bounds),
    reportError: (error) => core.reportError(error, 'retry.backoff'),
  })
}

const isOver = ({ signal }: WaitOptions): boolean => signal?.aborted === true

/** A member for itself; another one where that dies before anything was begun. */
async function lent<T>(
  core: PoolCore,
  given: WaitOptions,
  { stack, isPatient }: { stack: string; isPatient: boolean },
  use: (connection: Connection, bounds: WaitOptions, begun: () => void) => Promise<T>,
): Promise<T> {
  const { clock, lending, leaks } = core
  const asked = clock.now()
  for (let isBack = false; ; isBack = true) {
    const left = leftOf(given, clock.now() - asked)
    const { member, end } = await lending.wait({ ...left, kind: 'lease', isPatient, isBack })
    const { connection } = member
    const letGo = leaks.watch(member, stack)
    let hasBegun = false
    const begun = (): void => {
      hasBegun = true
    }
    try {
      return await use(connection, leftOf(given, clock.now() - asked), begun)
    } catch (error) {
      if (hasBegun || core.isClosed || !isUnsent(error, connection)) throw error
    } finally {
      letGo()
      end()
    }
  }
}
