// What kind of server a session has reached, and whether that is the kind that was asked for.

/** libpq's target_session_attrs. */
export type TargetSessionAttrs = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'

export const targetSessionAttrs: readonly TargetSessionAttrs[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
]

/** undefined = the server has not said so. */
export interface SessionRole {
  readonly isStandby: boolean | undefined
  /** Transactions are read only by default, whatever the reason. */
  readonly isReadOnly: boolean | undefined
}

export const unknownRole: SessionRole = { isStandby: undefined, isReadOnly: undefined }

/** With a parameter the server has reported: servers since 14 do, at the start and whenever it has changed. */
export function hearRole(role: SessionRole, name: string, value: string): SessionRole {
  if (name === 'in_hot_standby') return { ...role, isStandby: value === 'on' }
  if (name === 'default_transaction_read_only') return { ...role, isReadOnly: value === 'on' }
  return role
}

/** Whether what is known of the role is enough to judge it. */
export function isTold(role: SessionRole, wanted: TargetSessionAttrs): boolean {
  if (wanted === 'any') return true
  if (wanted === 'read-write' || wanted === 'read-only')
    return role.isStandby !== undefined && role.isReadOnly !== undefined
  return role.isStandby !== undefined
}

/**
 * Why a session is not what is wanted, in words; undefined = it is. A standby is read only, and so is a primary whose
 * default_transaction_read_only is on. What is not known speaks against nobody.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
export function misfit(role: SessionRole, wanted: TargetSessionAttrs): string | undefined {
  const { isStandby } = role
  const takesNoWrites = isStandby === true || role.isReadOnly === true
  const takesWrites = isStandby === false && role.isReadOnly === false
  if (wanted === 'read-write' && takesNoWrites)
    return isStandby ? 'is a standby' : 'is read only (default_transaction_read_only)'
  if (wanted === 'read-only' && takesWrites) return 'takes writes'
  if (wanted === 'primary' && isStandby) return 'is a standby'
  if (wanted === 'standby' && isStandby === false) return 'is no standby'
  return undefined
}
