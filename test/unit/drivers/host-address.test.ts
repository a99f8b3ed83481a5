import { describe, expect, it } from 'vitest'
import { isHostAddress } from '../../../src/drivers/host-address.ts'

describe('a host address', () => {
  it.each([
    [{ host: 'db', port: 5432 }, true],
    [{ host: '/var/run/postgresql', port: 5432, more: 1 }, true],
    [{ host: 'db', port: '5432' }, false],
    [{ host: 'db' }, false],
    [{ port: 5432 }, false],
    [{}, false],
    ['db:5432', false],
    [5432, false],
    [null, false],
    [undefined, false],
  ])('%j: %s', (value, is) => {
    expect(isHostAddress(value)).toBe(is)
  })
})
