import { describe, expect, it } from 'vitest'
import { sqlState } from '../../../src/detectors/sql-state.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { networkFailure, serverError } from './failures.ts'

describe('sqlState', () => {
  it.each([
    [['57P05'], '57P05', true],
    [['57P05'], '57P01', false],
    [['57'], '57P01', true],
    [['57'], '5A571', false],
    [['28', '3D000'], '28P01', true],
    [['28', '3D000'], '3D000', true],
    [['28', '3D000'], '3D001', false],
    [[], '57P01', false],
  ])('%s of a failure %s: %s', (codes, code, deadly) => {
    expect(sqlState(...codes)(serverError(code))).toBe(deadly)
  })

  it('knows the reason that a server gave before it hung up', () => {
    const failure = createFailure({ kind: 'closed', phase: 'idle', code: '57P01', message: 'closed' })
    expect(sqlState('57P01')(failure)).toBe(true)
  })

  it('does not take an error of Node for one of the server', () => {
    expect(sqlState('EP')(networkFailure('EPIPE'))).toBe(false)
  })

  it('says no where there is no code', () => {
    const failure = createFailure({ kind: 'closed', phase: 'idle', message: 'closed' })
    expect(sqlState('57')(failure)).toBe(false)
  })

  it.each(['57p01', '5', '570', '57P011', '', 57])('refuses %s', (code) => {
    expect(() => sqlState('57P01', code as string)).toThrow('option `sqlState` wants')
  })
})
