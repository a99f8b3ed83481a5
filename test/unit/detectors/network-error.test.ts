import { describe, expect, it } from 'vitest'
import { networkError } from '../../../src/detectors/network-error.ts'
import { networkFailure, serverError } from './failures.ts'

describe('networkError', () => {
  it.each([
    [['ECONNRESET'], 'ECONNRESET', true],
    [['ECONNRESET', 'EPIPE'], 'EPIPE', true],
    [['ECONNRESET'], 'EPIPE', false],
    [['ECONNRESET'], undefined, false],
    [[], 'EPIPE', true],
    [[], undefined, true],
  ])('%s of a failure %s: %s', (codes, code, deadly) => {
    expect(networkError(...codes)(networkFailure(code))).toBe(deadly)
  })

  it('does not take an error of the server for one of the network', () => {
    expect(networkError('57P01')(serverError('57P01'))).toBe(false)
    expect(networkError()(serverError('08006'))).toBe(false)
  })

  it.each(['', undefined, 104])('refuses %s', (code) => {
    expect(() => networkError(code as string)).toThrow('option `networkError` wants')
  })
})
