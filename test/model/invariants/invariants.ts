import type { Edge } from '../exploration.ts'

/** A chart walked through all that can be said to it. */
export interface Explored {
  readonly edges: readonly Edge[]
  /** Edges on which anything happens. */
  readonly steps: readonly Edge[]
}

/** What must be true of every chart that a connection may have; throws where it is not. */
export type Invariants = Readonly<Record<string, (explored: Explored) => void>>

export const explored = (edges: readonly Edge[]): Explored => ({
  edges,
  steps: edges.filter(({ from, to, actions, emitted }) => from !== to || actions.length + emitted.length > 0),
})
