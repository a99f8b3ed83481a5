import { describe, expect, it } from 'vitest'
import {
  hearRole,
  isTold,
  misfit,
  type SessionRole,
  targetSessionAttrs,
  unknownRole,
} from '../../../src/topology/session-role.ts'

const primary: SessionRole = { isStandby: false, isReadOnly: false }
const readOnlyPrimary: SessionRole = { isStandby: false, isReadOnly: true }
const standby: SessionRole = { isStandby: true, isReadOnly: false }

describe('a server', () => {
  it.each([
    ['a primary', primary, ['any', 'read-write', 'primary', 'prefer-standby']],
    ['a read-only primary', readOnlyPrimary, ['any', 'read-only', 'primary', 'prefer-standby']],
    ['a standby', standby, ['any', 'read-only', 'standby', 'prefer-standby']],
    ['one of which nothing is known', unknownRole, targetSessionAttrs],
  ] as const)('that is %s fits who wants it', (_, role, fitting) => {
    expect(targetSessionAttrs.filter((wanted) => misfit(role, wanted) === undefined)).toEqual(fitting)
  })

  it('tells its role by two parameters', () => {
    let role = hearRole(unknownRole, 'TimeZone', 'UTC')
    expect(role).toBe(unknownRole)
    expect([isTold(role, 'any'), isTold(role, 'primary')]).toEqual([true, false])
    role = hearRole(role, 'in_hot_standby', 'off')
    expect([isTold(role, 'standby'), isTold(role, 'read-only')]).toEqual([true, false])
    role = hearRole(role, 'default_transaction_read_only', 'on')
    expect(role).toEqual(readOnlyPrimary)
    expect(isTold(role, 'read-write')).toBe(true)
  })
})
