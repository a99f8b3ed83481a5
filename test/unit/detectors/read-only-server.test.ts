import { describe, expect, it } from 'vitest'
import { readOnlyServer } from '../../../src/detectors/read-only-server.ts'
import { networkFailure, serverError } from './failures.ts'

describe('readOnlyServer', () => {
  it('convicts a server that refuses to write', () => {
    expect(readOnlyServer(serverError('25006'))).toBe(true)
    expect(readOnlyServer(serverError('25006', { phase: 'inTransaction' }))).toBe(true)
  })

  it('acquits it when the user opened the transaction READ ONLY', () => {
    expect(readOnlyServer(serverError('25006', { phase: 'inTransaction', readOnlyTransaction: true }))).toBe(
      false,
    )
  })

  it('says nothing of other failures', () => {
    expect(readOnlyServer(serverError('25001'))).toBe(false)
    expect(readOnlyServer(networkFailure('25006'))).toBe(false)
  })
})
