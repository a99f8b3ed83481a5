import { describe, expect, it } from 'vitest'
import { RequestTimeoutError } from '../../../src/errors/request-errors.ts'
import { ProtocolViolationError } from '../../../src/errors/session-errors.ts'
import { failureOfError, failureOfLoss } from '../../../src/machines/session/record-failure.ts'
import { errorOf } from '../../../src/model/scripted-wire.ts'

const circumstances = { phase: 'querying', at: 1000 } as const
const nodeError = (code: string) => Object.assign(new Error(`read ${code} 10.1.2.3:5432`), { code })

describe('the record of a failure', () => {
  it('has what happened, when, during what, and how the server names it', () => {
    const error = errorOf('40P01', { routine: 'DeadLockReport' })
    const failure = failureOfError(error, { phase: 'inTransaction', at: 1000, readOnlyTransaction: true })
    expect(failure).toMatchObject({
      kind: 'server',
      phase: 'inTransaction',
      code: '40P01',
      severity: 'ERROR',
      routine: 'DeadLockReport',
      readOnlyTransaction: true,
      message: 'the server reported an error in a transaction or session (40P01)',
      at: 1000,
    })
    expect(failure.error).toBe(error)
  })

  it('is in words of our own: what the server or the socket said is not in it', () => {
    const secret = 'hunter2'
    const error = Object.assign(errorOf('23505', { detail: `Key (password)=(${secret}) already exists.` }), {
      message: `duplicate key ${secret}`,
      where: secret,
      hint: secret,
    })
    for (const failure of [
      failureOfError(error, circumstances),
      failureOfLoss({ kind: 'server', error }, circumstances),
      failureOfLoss({ kind: 'network', error: new Error(secret) }, circumstances),
    ]) {
      expect(JSON.stringify(failure)).not.toContain(secret)
      expect(failure.message).not.toContain(secret)
      expect(Object.keys(failure)).not.toContain('error')
    }
  })

  it.each([
    ['ECONNRESET', 'network'],
    ['ECONNREFUSED', 'network'],
    ['ENOTFOUND', 'network'],
    ['EAI_AGAIN', 'network'],
    ['EPIPE', 'network'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'network'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'network'],
    ['ERR_STREAM_DESTROYED', 'network'],
    ['ERR_SOCKET_CLOSED', 'network'],
    ['CERT_HAS_EXPIRED', 'network'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'network'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'network'],
    ['HOSTNAME_MISMATCH', 'unknown'],
    ['ERR_INVALID_ARG_TYPE', 'unknown'],
    ['CONNECTION_CLOSED', 'unknown'],
    ['whatever', 'unknown'],
  ])('takes an error with the code %s for a failure of kind %s', (code, kind) => {
    expect(failureOfError(nodeError(code), circumstances)).toMatchObject({ kind, code })
  })

  it('knows the errors of this library', () => {
    const timeout = new RequestTimeoutError('late', { phase: 'execution' })
    expect(failureOfError(timeout, circumstances).kind).toBe('timeout')
    expect(failureOfError(new ProtocolViolationError('nonsense'), circumstances).kind).toBe('protocol')
    expect(failureOfError({ code: 'ROLLBACK_FAILED' }, circumstances).kind).toBe('rollback')
  })

  it.each([
    undefined,
    null,
    7,
    'text',
    new Error('no code'),
    { code: 7 },
    { code: Object.create(null) },
    Symbol('s'),
  ])('can be made of anything', (error) => {
    const failure = failureOfError(error, circumstances)
    expect(failure).toMatchObject({
      kind: 'unknown',
      code: undefined,
      message: 'something failed while querying',
    })
    expect(failure.error).toBe(error)
  })

  it('takes of several addresses that failed the first with a code', () => {
    const all = new AggregateError([new Error('no code'), nodeError('ECONNREFUSED'), nodeError('ETIMEDOUT')])
    const failure = failureOfLoss({ kind: 'network', error: all }, circumstances)
    expect(failure.code).toBe('ECONNREFUSED')
    expect(failure.error).toBe(all)
  })

  it('takes the kind of a loss from the wire', () => {
    const loss = { kind: 'closed', error: undefined } as const
    expect(failureOfLoss(loss, { phase: 'idle', at: 1 })).toMatchObject({
      kind: 'closed',
      code: undefined,
      message: 'the connection was closed by the other side while idle',
    })
  })
})
