// Level 1: does anything that must hold in the chart notice that it is another one?
import { type Edge, explore, type Variant, variants } from '../model/exploration.ts'
import { invariants } from '../model/invariants/all.ts'
import { type Explored, explored, type Invariants } from '../model/invariants/invariants.ts'
import { type Truth, truthOf, walkMutant } from './mutant-walk.ts'
import type { Mutant } from './mutants.ts'

export type Verdict =
  | { readonly kind: 'killed'; readonly by: string }
  /** Walks as the true chart does: what it changed is nothing that the walk can see. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'survived'; readonly firstDifference: string }

/** One variant of the true chart, and what holds in it alone. */
interface Scope {
  readonly variant: Variant
  readonly begin: Edge['before']
  readonly edges: ReadonlySet<string>
  readonly numbers: string
  readonly truth: Truth
  readonly holding: readonly (readonly [name: string, holdIn: Invariants[string]])[]
}

const all = Object.entries(invariants).flatMap(([of, own]) =>
  Object.entries(own).map(([name, holdIn]) => [`${of} ${name}`, holdIn] as const),
)

export class Judge {
  readonly #scopes = variants.map(scopeOf)

  judge(mutant: Mutant): Verdict {
    let difference: string | undefined
    for (const scope of this.#scopes) {
      const walked = walk(scope, mutant)
      if (typeof walked === 'string') return { kind: 'killed', by: `the walk itself: ${walked}` }
      const strange = walked.find((edge) => !scope.edges.has(tell(edge)))
      if (strange === undefined && walked.length === scope.edges.size) continue
      difference ??= strange === undefined ? 'situations are missing' : tell(strange)
      const chart = explored(walked)
      const by = scope.holding.find(([, holdIn]) => !holds(holdIn, chart))
      if (by !== undefined) return { kind: 'killed', by: by[0] }
      // They are pinned for all variants together.
      if (numbersOf(chart) !== scope.numbers)
        return {
          kind: 'killed',
          by: 'the chart has as many situations and steps as when somebody last looked',
        }
    }
    return difference === undefined ? { kind: 'unseen' } : { kind: 'survived', firstDifference: difference }
  }
}

function scopeOf(variant: Variant): Scope {
  const edges = explore(variant)
  const chart = explored(edges)
  return {
    variant,
    begin: edges[0]!.before,
    edges: new Set(edges.map(tell)),
    numbers: numbersOf(chart),
    truth: truthOf(edges),
    // Some need more than one variant to be true.
    holding: all.filter(([, holdIn]) => holds(holdIn, chart)),
  }
}

function walk({ variant, begin, truth }: Scope, mutant: Mutant): Edge[] | string {
  try {
    return walkMutant(mutant, variant, begin, truth)
  } catch (error) {
    return String(error).split('\n')[0]!
  }
}

function holds(holdIn: Invariants[string], chart: Explored): boolean {
  try {
    holdIn(chart)
    return true
  } catch {
    return false
  }
}

const numbersOf = ({ edges, steps }: Explored): string =>
  `${new Set(edges.map(({ from }) => from)).size} situations, ${steps.length} steps`

const told = new WeakMap<Edge, string>()

/** All of it that anybody could notice. */
function tell(edge: Edge): string {
  const known = told.get(edge)
  if (known !== undefined) return known
  const { from, event, to, actions, emitted, timerCalls, after } = edge
  const text = JSON.stringify([from, event, to, actions, emitted, timerCalls, after.context])
  told.set(edge, text)
  return text
}
