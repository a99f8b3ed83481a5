import type { Member } from './member.ts'

/** A member lent out: for one statement, or for exclusive use. */
export interface Loan {
  readonly member: Member
  /** When. */
  readonly since: number
  /** It is given back. Once. */
  end(): void
}
