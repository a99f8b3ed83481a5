// What a statement may be asked with: pg's query config, and what is ours beside or in it.
import type { QueryArrayConfig, QueryConfig } from 'pg'
import { longestDelayMs } from '../../backoff/longest-delay.ts'
import { checkFunction, checkNames, checkNumber } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import { isObject } from '../options/option-kind.ts'
import type { CursorOptions, RequestOptions, WaitOptions } from '../queryable.ts'
import { checkWaitOptions } from './wait-options.ts'

export type Query = string | (QueryConfig & RequestOptions) | (QueryArrayConfig & RequestOptions)

const waitNames = ['signal', 'timeoutMs']
const requestNames = [...waitNames, 'mapRow', 'idempotent', 'detached']

/**
 * Of a config only what we read is looked at: query builders put more into it, and pg lets them.
 *
 * @throws {InvalidOptionError}
 */
export function checkQuery(query: unknown): asserts query is Query {
  if (typeof query === 'string') return
  if (!isObject(query)) throw invalidOption('query', 'a text of SQL or a config with one', query)
  if (typeof (query as { submit?: unknown }).submit === 'function')
    throw invalidOption('query', 'a text or a config (pg-cursor and the like belong on a session())', query)
  const { text, values, name, rowMode, types } = query as Record<string, unknown>
  if (typeof text !== 'string') throw invalidOption('text', 'a string of SQL', text)
  checkValues(values)
  if (!isAbsent(name) && typeof name !== 'string') throw invalidOption('name', 'a string', name)
  if (!isAbsent(rowMode) && rowMode !== 'array' && rowMode !== 'object')
    throw invalidOption('rowMode', "'array' or 'object'", rowMode)
  if (!isAbsent(types) && typeof (types as { getTypeParser?: unknown }).getTypeParser !== 'function')
    throw invalidOption('types', 'an object with a getTypeParser', types)
  checkKinds(query)
}

/** @throws {InvalidOptionError} */
export function checkValues(values: unknown): void {
  if (!isAbsent(values) && !Array.isArray(values)) throw invalidOption('values', 'an array', values)
}

/** @throws {InvalidOptionError} */
export function checkRequestOptions(options: unknown): void {
  checkNames(options, requestNames)
  checkKinds(options)
}

/** @throws {InvalidOptionError} */
export function checkCursorOptions(options: CursorOptions): void {
  checkNames(options, [...requestNames, 'batchSize', 'idleTimeoutMs'])
  checkKinds(options)
  const { batchSize, idleTimeoutMs } = options
  if (batchSize !== undefined)
    checkNumber('batchSize', batchSize, 'a whole number of rows, from 1 to 2147483647', isRowCount)
  if (idleTimeoutMs !== undefined)
    checkNumber(
      'idleTimeoutMs',
      idleTimeoutMs,
      'milliseconds, 0 for none',
      (ms) => ms >= 0 && ms <= longestDelayMs,
    )
}

/** As many as one FETCH takes. */
export const isRowCount = (count: unknown): count is number =>
  Number.isInteger(count) && (count as number) > 0 && (count as number) < 2 ** 31

/** Of sessions and nested transactions, which have nothing else to say. @throws {InvalidOptionError} */
export function checkLeaseOptions(options: unknown): void {
  checkNames(options, [...waitNames, 'detached'])
  checkWaitOptions(options)
}

/** What is said beside a config wins over what is said in it. */
export function boundsOf(query: Query, options: RequestOptions | undefined): RequestOptions | undefined {
  if (typeof query === 'string') return options
  return options === undefined ? query : { ...query, ...options }
}

function checkKinds(options: RequestOptions & WaitOptions): void {
  checkWaitOptions(options)
  const { mapRow, idempotent, detached } = options
  if (mapRow !== undefined) checkFunction('mapRow', mapRow)
  if (idempotent !== undefined) checkFlag('idempotent', idempotent)
  if (detached !== undefined) checkFlag('detached', detached)
}

function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidOption(name, 'true or false', value)
}

/** As pg has it: null in a config is nothing. */
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null
