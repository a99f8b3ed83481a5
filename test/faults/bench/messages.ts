// What the process of a client and the one that breaks things say to each other. All moments are Unix milliseconds.
import type { Outcome } from '../../../src/index.ts'

export type Order =
  /** The blow has passed: whoever waited begins to ask, and the first success from here on is the recovery. */
  { readonly type: 'healed' } | { readonly type: 'report' }

export type Word =
  | { readonly type: 'working' }
  /** An operation asked for after the end of the fault has succeeded. */
  | { readonly type: 'recovered'; readonly at: number }
  | { readonly type: 'report'; readonly report: Report }

export interface Operation {
  readonly marker: string
  readonly askedAt: number
  settledAt: number | undefined
  said: 'pending' | 'applied' | Outcome
}

export interface Report {
  readonly operations: readonly Operation[]
  /** When the client itself told of lost sessions. */
  readonly tolds: readonly number[]
}

export const nowMs = (): number => performance.timeOrigin + performance.now()
