import { describe, expect, it } from 'vitest'
import { defaultDeathChecker } from '../../../src/detectors/default-death-checker.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { serverError } from './failures.ts'

const message = 'something failed'

describe('the default death checker', () => {
  it.each([
    ['40001', 'a serialization failure'],
    ['40P01', 'a deadlock'],
    ['40003', 'a statement of unknown completion'],
    ['53000', 'insufficient resources'],
    ['53100', 'a full disk'],
    ['53200', 'memory that ran out'],
    ['53300', 'too many connections, said by a foreign server'],
    ['53400', 'a configured limit'],
    ['55P03', 'a lock that was not free'],
    ['57014', 'a cancelled statement'],
    ['57P01', 'an administrator shutdown, raised by a user'],
    ['57P02', 'a crash shutdown, raised by a user'],
    ['57P05', 'an idle session timeout, raised by a user'],
    ['08006', 'the loss of a foreign connection'],
    ['08P01', 'a wrong number of parameters'],
    ['25P02', 'a failed transaction'],
    ['25006', 'a read-only transaction'],
    ['26000', 'a forgotten statement'],
    ['0A000', 'an outgrown plan'],
    ['23505', 'a unique violation'],
    ['42601', 'a syntax error'],
    ['58030', 'an input/output error'],
    ['P0001', 'an exception of a user'],
    ['XX000', 'an internal error'],
    ['XX001', 'a corrupt page'],
    ['28P01', 'a wrong password, said by a foreign server'],
  ])('keeps the session on ERROR %s, %s', (code) => {
    expect(defaultDeathChecker(serverError(code))).toBe(false)
    expect(defaultDeathChecker(serverError(code, { phase: 'inTransaction' }))).toBe(false)
    expect(defaultDeathChecker(serverError(code, { phase: 'committing' }))).toBe(false)
    expect(defaultDeathChecker(serverError(code, { severity: 'FEHLER' }))).toBe(false)
    expect(defaultDeathChecker(serverError(code, { severity: undefined }))).toBe(false)
  })

  it.each(['FATAL', 'PANIC'])('gives the session up on %s, whatever the code', (severity) => {
    expect(defaultDeathChecker(serverError('40001', { severity }))).toBe(true)
    expect(defaultDeathChecker(serverError('57P01', { severity }))).toBe(true)
  })

  it.each([
    ['network', true],
    ['protocol', true],
    ['monitor', true],
    ['rollback', true],
    ['closed', true],
    ['server', false],
    ['timeout', false],
    ['unknown', false],
  ] as const)('judges a failure of kind %s: %s', (kind, deadly) => {
    expect(defaultDeathChecker(createFailure({ kind, phase: 'querying', message }))).toBe(deadly)
  })
})
