// What a workload found: a table for people, the same numbers for machines, and whether the goals were met.
import type { Spread } from './statistics.ts'

export interface Finding {
  readonly title: string
  /** What a reader has to know to read the table. */
  readonly note?: string
  readonly columns: readonly Column[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[]
  readonly goals: readonly Goal[]
}

export interface Column {
  readonly title: string
  readonly digits: number
}

/** JSON has null for what is not there. */
export type Cell = Spread | number | undefined | null

export interface Goal {
  readonly words: string
  readonly measured: number
  readonly atMost?: number
  readonly atLeast?: number
}

export function isMet({ measured, atMost, atLeast }: Goal): boolean {
  return measured <= (atMost ?? Number.POSITIVE_INFINITY) && measured >= (atLeast ?? Number.NEGATIVE_INFINITY)
}
