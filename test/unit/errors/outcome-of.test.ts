import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createFailure } from '../../../src/errors/failure.ts'
import { isRetrySafe, outcomeOf } from '../../../src/errors/outcome-of.ts'
import { QueueFullError } from '../../../src/errors/request-errors.ts'
import { ConnectionLostError } from '../../../src/errors/session-errors.ts'

function serverError(code: string, severity = 'ERROR'): Error {
  return Object.assign(new pg.DatabaseError('the server says no', 0, 'error'), { code, severity })
}

const failure = createFailure({ kind: 'network', phase: 'querying', message: 'the socket closed' })
const thrown = (): never => {
  throw new Error('an accessor was asked')
}
const nodeError = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })

describe('outcomeOf', () => {
  it.each(['23505', '40001', '40P01', '55P03', '57014', '57P01', '08006', 'XX000', 'P0001', '42601'])(
    'takes a server error %s for not applied',
    (code) => {
      expect(outcomeOf(serverError(code))).toBe('notApplied')
    },
  )

  it('takes an error in the language of the server for not applied', () => {
    expect(outcomeOf(serverError('23505', 'FEHLER'))).toBe('notApplied')
  })

  it('believes a server that says 40003, statement completion unknown', () => {
    expect(outcomeOf(serverError('40003'))).toBe('unknown')
  })

  it.each(['FATAL', 'PANIC'])('does not know what became of a statement that met a %s', (severity) => {
    expect(outcomeOf(serverError('57P01', severity))).toBe('unknown')
  })

  it('believes our own errors', () => {
    expect(outcomeOf(new QueueFullError('m'))).toBe('notApplied')
    expect(outcomeOf(new ConnectionLostError('m', { failure, outcome: 'unknown' }))).toBe('unknown')
  })

  it.each([
    ['an error of Node', nodeError],
    ['a code without severity', { code: '23505' }],
    ['a severity without code', { severity: 'ERROR' }],
    ['a code that is no SQLSTATE', { code: 23505, severity: 'ERROR' }],
    ['a plain error', new Error('m')],
    ['an abort', AbortSignal.abort().reason],
    ['a text', '40001'],
    ['null', null],
    ['undefined', undefined],
    ['an accessor that throws', Object.defineProperty({}, 'code', { get: () => thrown() })],
  ])('knows nothing of %s', (_, error) => {
    expect(outcomeOf(error)).toBe('unknown')
    expect(isRetrySafe(error)).toBe(false)
  })
})

describe('isRetrySafe', () => {
  it.each([
    ['40001', true],
    ['40P01', true],
    ['55P03', true],
    ['40003', false],
    ['40002', false],
    ['57014', false],
    ['23505', false],
    ['53300', false],
    ['08006', false],
    ['08007', false],
    ['57P01', false],
  ])('of a server error %s is %s', (code, retrySafe) => {
    expect(isRetrySafe(serverError(code))).toBe(retrySafe)
  })

  it('is false for a 40001 that ended the session', () => {
    expect(isRetrySafe(serverError('40001', 'FATAL'))).toBe(false)
  })

  it('believes our own errors', () => {
    expect(isRetrySafe(new QueueFullError('m'))).toBe(true)
    expect(isRetrySafe(new ConnectionLostError('m', { failure, outcome: 'notApplied' }))).toBe(true)
    expect(isRetrySafe(new ConnectionLostError('m', { failure, outcome: 'unknown' }))).toBe(false)
  })
})
