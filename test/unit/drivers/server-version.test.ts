import { describe, expect, it } from 'vitest'
import { serverVersionNumber } from '../../../src/drivers/server-version.ts'

describe('the version of a server', () => {
  it.each([
    ['18.4', 180_004],
    ['15.18 (Debian 15.18-1.pgdg120+1)', 150_018],
    ['10.23', 100_023],
    ['19devel', 190_000],
    ['18beta1', 180_000],
    ['16rc1', 160_000],
    ['11.2-YB-2.25.1.0-b0', 110_002],
    ['13.0.0', 130_000],
    ['9.6.24', 90_624],
    ['8.0.2', 80_002],
  ])('%s is %i', (version, number) => {
    expect(serverVersionNumber(version)).toBe(number)
  })

  it.each([undefined, '', 'PostgreSQL 18.4', 'v18'])('%j is none', (version) => {
    expect(serverVersionNumber(version)).toBeUndefined()
  })
})
