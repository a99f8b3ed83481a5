import { describe, expect, it } from 'vitest'
import { hostVerdict } from '../../../src/detectors/host-verdict.ts'

describe('of a host that was asked for a sign of life', () => {
  it.each([
    ['ECONNREFUSED', 'alive'],
    ['ECONNRESET', 'alive'],
    ['EPIPE', 'alive'],
    ['ETIMEDOUT', 'silent'],
    ['EHOSTUNREACH', 'silent'],
    ['EHOSTDOWN', 'silent'],
    ['ENETUNREACH', 'unknown'],
    ['EMFILE', 'unknown'],
    ['EADDRNOTAVAIL', 'unknown'],
    ['ENOENT', 'unknown'],
  ] as const)('%s says: %s', (code, verdict) => {
    expect(hostVerdict(Object.assign(new Error('x'), { code }))).toBe(verdict)
  })

  it.each([undefined, null, 'ETIMEDOUT', new Error('ETIMEDOUT'), { code: 110 }])(
    '%s says nothing',
    (error) => {
      expect(hostVerdict(error)).toBe('unknown')
    },
  )
})
