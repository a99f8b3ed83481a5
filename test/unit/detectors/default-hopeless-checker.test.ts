import { describe, expect, it } from 'vitest'
import { defaultHopelessChecker } from '../../../src/detectors/default-hopeless-checker.ts'
import { createFailure } from '../../../src/errors/failure.ts'
import { networkFailure, refusedLogin } from './failures.ts'

describe('the default hopeless checker', () => {
  it.each([
    ['28P01', 'a wrong password'],
    ['28000', 'a role that may not'],
    ['3D000', 'a missing database'],
  ])('gives up on %s, %s', (code) => {
    expect(defaultHopelessChecker(refusedLogin(code))).toBe(true)
  })

  it.each([
    ['57P03', 'a server that starts up'],
    ['57P01', 'a server that shuts down'],
    ['53300', 'too many connections'],
    ['55000', 'a database that takes no connections now'],
    ['40001', 'a conflict with recovery'],
    ['08P01', 'a pooler that says this of everything'],
    ['08006', 'a broken connection'],
    ['25006', 'a read-only server'],
    ['42501', 'a missing privilege, of the database or in setup'],
    ['42704', 'an unknown setting'],
    ['22023', 'a bad setting'],
    ['F0000', 'a broken configuration file'],
    ['XX000', 'an internal error'],
  ])('goes on after %s, %s', (code) => {
    expect(defaultHopelessChecker(refusedLogin(code))).toBe(false)
  })

  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'CERT_UNTRUSTED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('gives up on an identity that is not proven: %s', (code) => {
    expect(defaultHopelessChecker(networkFailure(code))).toBe(true)
  })

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EMFILE',
    'EACCES',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    undefined,
  ])('goes on after %s', (code) => {
    expect(defaultHopelessChecker(networkFailure(code))).toBe(false)
  })

  it.each(['timeout', 'closed', 'protocol', 'unknown'] as const)(
    'goes on after a failure of kind %s',
    (kind) => {
      expect(defaultHopelessChecker(createFailure({ kind, phase: 'connecting', message: 'm' }))).toBe(false)
    },
  )
})
