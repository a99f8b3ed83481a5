// Statements of their own: to a member at hand in this tick, so that they are pipelined, or in line for one.
import type { Connection } from '../connection.ts'
import { leftOf } from '../leases/repeat.ts'
import type { WaitOptions } from '../queryable.ts'
import type { Loan } from './loan.ts'
import type { PoolCore } from './pool-core.ts'
import { isUnsent } from './unsent.ts'

/** One statement, whomever it is given to. */
export interface Errand<T> {
  /** Before it waits: bad input disturbs nobody. Returns what bounds it. @throws {InvalidOptionError} */
  check(): WaitOptions | undefined
  /** `left` is what is left of its deadline, where it had to wait. */
  run(connection: Connection, left?: WaitOptions): Promise<T>
}

export function runErrand<T>(core: PoolCore, errand: Errand<T>): Promise<T> {
  const loan = core.lending.take()
  if (loan === undefined) return inLine(core, errand, core.clock.now(), false)
  const { since, member } = loan
  return settled(errand.run(member.connection), loan, (error) => {
    if (core.isClosed || !isUnsent(error, member.connection)) throw error
    return inLine(core, errand, since, true)
  })
}

async function inLine<T>(core: PoolCore, errand: Errand<T>, asked: number, isBack: boolean): Promise<T> {
  const given = errand.check() ?? {}
  const now = (): WaitOptions => leftOf(given, core.clock.now() - asked)
  for (let again = isBack; ; again = true) {
    const loan = await core.lending.wait({ ...now(), kind: 'statement', isBack: again })
    const { connection } = loan.member
    const { timeoutMs } = now()
    try {
      return await settled(errand.run(connection, timeoutMs === undefined ? {} : { timeoutMs }), loan)
    } catch (error) {
      if (core.isClosed || !isUnsent(error, connection)) throw error
    }
  }
}

function settled<T>(reply: Promise<T>, loan: Loan, failed?: (error: unknown) => Promise<T>): Promise<T> {
  return reply.then(
    (value) => {
      loan.end()
      return value
    },
    (error: unknown) => {
      loan.end()
      if (failed !== undefined) return failed(error)
      throw error
    },
  )
}
