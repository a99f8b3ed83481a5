import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createFailure } from '../../../src/errors/failure.ts'

describe('a failure', () => {
  const original = new Error("password 'hunter2'")
  const failure = createFailure({
    kind: 'network',
    phase: 'idle',
    message: 'the socket closed',
    error: original,
  })

  it('fills in what nobody knew', () => {
    expect(failure).toMatchObject({ code: undefined, severity: undefined, routine: undefined })
    expect(failure.readOnlyTransaction).toBe(false)
  })

  it('keeps what was known', () => {
    const known = {
      kind: 'server',
      phase: 'inTransaction',
      code: '25006',
      severity: 'ERROR',
      routine: 'PreventCommandIfReadOnly',
      readOnlyTransaction: true,
      message: 'the server refused to write',
      at: 42,
    } as const
    expect({ ...createFailure(known) }).toEqual(known)
  })

  it('notes the moment in Unix milliseconds', () => {
    expect(Math.abs(failure.at - Date.now())).toBeLessThan(10_000)
  })

  it('is frozen', () => {
    expect(Object.isFrozen(failure)).toBe(true)
  })

  it('carries the original where checkers find it and loggers do not', () => {
    expect(failure.error).toBe(original)
    expect(Object.keys(failure)).not.toContain('error')
    expect({ ...failure }).not.toHaveProperty('error')
    expect(JSON.stringify(failure) + inspect(failure)).not.toContain('hunter2')
  })
})
