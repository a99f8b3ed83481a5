// Questions to the edges of an exploration.
import type { MachineNotice } from '../../src/machines/connection.events.ts'
import type { Edge, Situation } from './exploration.ts'

export const isIn = (states: RegExp, edge: Edge): boolean => states.test(edge.target)
export const isFrom = (states: RegExp, edge: Edge): boolean => states.test(edge.source)
export const isOf = (type: string) => (edge: Edge) => edge.event.type === type

/** Each kind of edge once, so that a failing test can be read. */
export const told = (edges: readonly Edge[]): string[] => [
  ...new Set(edges.map(({ source, event, target }) => `${source} — ${event.type} → ${target}`)),
]

export const times = (type: MachineNotice['type'], { emitted }: Edge): number =>
  emitted.filter((notice) => notice.type === type).length

const answers = new Set(['accept', 'hold', 'refuse', 'refuseClosed'])

/** What became of a statement. */
export const answersOf = ({ actions }: Edge): string[] => actions.filter((action) => answers.has(action))

/** The states with a situation from which no way over `edges` leads to the goal. */
export function strandedFrom(
  edges: readonly Edge[],
  mayTake: (edge: Edge) => boolean,
  goal: string,
): string[] {
  const key = (edge: Edge, situation: Situation) => JSON.stringify([edge.variant, situation])
  const known = edges.map((edge) => ({ edge, from: key(edge, edge.from), to: key(edge, edge.to) }))
  const ways = known.filter(({ edge }) => mayTake(edge))
  const arriving = new Set(known.filter(({ edge }) => edge.source === goal).map(({ from }) => from))
  for (let size = -1; size !== arriving.size; ) {
    size = arriving.size
    for (const { from, to } of ways) if (arriving.has(to)) arriving.add(from)
  }
  return [...new Set(known.filter(({ from }) => !arriving.has(from)).map(({ edge }) => edge.source))]
}
