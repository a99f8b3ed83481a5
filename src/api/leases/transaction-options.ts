import { checkFunction, checkNames, checkNumber } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { isServerError } from '../../errors/server-error.ts'
import { SupervisorError } from '../../errors/supervisor-error.ts'
import type { TransactionOptions } from '../queryable.ts'
import { checkWaitOptions } from '../requests/wait-options.ts'

const isolations = { 'read committed': 1, 'repeatable read': 1, serializable: 1 }
const names = [
  'isolation',
  'readOnly',
  'deferrable',
  'retry',
  'signal',
  'timeoutMs',
  'mapRow',
  'idempotent',
  'detached',
  'verifyCommit',
]

/** @throws {InvalidOptionError} */
export function checkTransactionOptions(options: TransactionOptions): void {
  checkNames(options, names)
  checkWaitOptions(options)
  const { isolation, readOnly, deferrable, verifyCommit } = options
  if (isolation !== undefined && !Object.hasOwn(isolations, isolation)) {
    throw invalidOption('isolation', "'read committed', 'repeatable read' or 'serializable'", isolation)
  }
  for (const [name, value] of Object.entries({ readOnly, deferrable, verifyCommit })) {
    if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, 'true or false', value)
  }
  retryPlan(options, () => [])
}

export function beginStatement({ isolation, readOnly, deferrable }: TransactionOptions): string {
  const modes = [
    isolation && `ISOLATION LEVEL ${isolation.toUpperCase()}`,
    readOnly !== undefined && (readOnly ? 'READ ONLY' : 'READ WRITE'),
    deferrable !== undefined && (deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'),
  ].filter(Boolean)
  return modes.length === 0 ? 'BEGIN' : `BEGIN ${modes.join(', ')}`
}

export interface RetryPlan {
  readonly attempts: number
  readonly backoff: () => Iterable<number>
  isWorth(error: unknown): boolean
}

const defaultAttempts = 3

export function retryPlan(
  { retry, idempotent }: TransactionOptions,
  backoff: () => Iterable<number>,
): RetryPlan {
  // Who vouches for repeating has it repeated after a loss, also when COMMIT was on its way.
  const isVouched = (error: unknown): boolean => idempotent === true && isLoss(error)
  if (retry === undefined || retry === false) {
    return { attempts: idempotent === true ? defaultAttempts : 1, backoff, isWorth: isVouched }
  }
  const isWorth = (error: unknown): boolean => isWorthRepeating(error) || isVouched(error)
  if (retry === true) return { attempts: defaultAttempts, backoff, isWorth }
  if (typeof retry !== 'object' || retry === null)
    throw invalidOption('retry', 'true, false or an object', retry)
  checkNames(retry, ['attempts', 'backoff'], 'retry.')
  checkNumber(
    'retry.attempts',
    retry.attempts,
    'a whole number of at least 1',
    (n) => Number.isInteger(n) && n > 0,
  )
  if (retry.backoff !== undefined) checkFunction('retry.backoff', retry.backoff)
  return { attempts: retry.attempts, backoff: retry.backoff ?? backoff, isWorth }
}

const isLoss = (error: unknown): boolean =>
  error instanceof SupervisorError &&
  (error.code === 'CONNECTION_LOST' || error.code === 'COMMIT_OUTCOME_UNKNOWN')

/** Serialization failure and deadlock, also where they were swallowed; a session lost before COMMIT was written. */
function isWorthRepeating(error: unknown): boolean {
  if (isServerError(error)) return error.code === '40001' || error.code === '40P01'
  if (!(error instanceof SupervisorError)) return false
  if (error.code === 'TRANSACTION_ABORTED') return isWorthRepeating(error.cause)
  return error.code === 'CONNECTION_LOST' && error.outcome === 'notApplied'
}
