// Walks a mutant as the true chart was walked, and asks again only where the two can differ: a whole walk of each mutant
// would take an hour.
import { initialTransition } from 'xstate'
import type { ConnectionMachine } from '../../src/machines/connection.machine.ts'
import type { AnyEvent } from '../model/alphabet.ts'
import { alphabet } from '../model/alphabet.ts'
import { type Edge, edgeOf, type Situation, situationOf, type Variant } from '../model/exploration.ts'
import type { Mutant } from './mutants.ts'

/** The edges of a true walk, by where they begin and what was said. */
export type Truth = ReadonlyMap<Situation, ReadonlyMap<AnyEvent, Edge>>

export function truthOf(edges: readonly Edge[]): Truth {
  const truth = new Map<Situation, Map<AnyEvent, Edge>>()
  for (const edge of edges) {
    const known = truth.get(edge.from) ?? new Map<AnyEvent, Edge>()
    truth.set(edge.from, known.set(edge.event, edge))
  }
  return truth
}

export function walkMutant(mutant: Mutant, variant: Variant, begin: Edge['before'], truth: Truth): Edge[] {
  const chart = mutant.make()
  const { identity, isSupervised, waitsWhileDown } = begin.context
  const [initial] = initialTransition(chart, { identity, isSupervised, waitsWhileDown })
  const edges: Edge[] = []
  const seen = new Set([situationOf(initial)])
  const open: Edge['before'][] = [initial]
  for (let before = open.shift(); before !== undefined; before = open.shift()) {
    const known = truth.get(situationOf(before))
    let own: Edge['before'] | undefined
    for (const event of alphabet) {
      const true_ = known?.get(event)
      let edge = true_
      if (true_ === undefined || differs(true_, mutant.region)) {
        own ??= of(chart, before)
        edge = edgeOf(variant, own, event, chart)
      }
      edges.push(edge!)
      if (seen.has(edge!.to)) continue
      seen.add(edge!.to)
      open.push(edge!.after)
    }
  }
  return edges
}

const differs = ({ source, target }: Edge, region: string): boolean =>
  isWithin(source, region) || isWithin(target, region)

const isWithin = (state: string, region: string): boolean =>
  state === region || state.startsWith(`${region}.`)

/** The same situation as one of another chart: a snapshot knows the states it was made of. */
function of(chart: ConnectionMachine, { value, context, children }: Edge['before']): Edge['before'] {
  return Object.assign(chart.resolveState({ value, context }), { children })
}
