// The chart as plain data, read from the live state nodes: XState's own `definition` leaves out the eventless transitions.
import type { ChartNode } from '../src/machines/chart-node.ts'
import { answersOf, edgeIds } from '../src/traces/edge-ids.ts'

export interface ChartState {
  /** 'attached.inTransaction'; '' is the chart itself. */
  readonly path: string
  readonly description: string | undefined
  readonly initial: string | undefined
  readonly children: readonly ChartState[]
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  /** The actors that live as long as the state lasts. */
  readonly actors: readonly string[]
  readonly edges: readonly ChartEdge[]
}

export interface ChartEdge {
  /** As in traces: 'attached/judge/0'. */
  readonly id: string
  readonly source: string
  readonly event: string
  /** 'else' where the same event has guards before; undefined where it has none. */
  readonly guard: string | undefined
  /** Undefined: the state stays. */
  readonly target: string | undefined
  readonly actions: readonly string[]
  readonly description: string | undefined
}

type Transition = NonNullable<ChartNode['always']>[number]

export function readChart(node: ChartNode): ChartState {
  const initial = node.initial?.target[0]
  return {
    path: pathOf(node),
    description: node.description,
    initial: initial === undefined ? undefined : pathOf(initial),
    children: Object.values(node.states).map(readChart),
    entry: named(node.entry),
    exit: named(node.exit),
    actors: node.invoke.map(({ id, src }) => (typeof src === 'string' && /^\d+\./.test(id) ? src : id)),
    edges: edgesOf(node),
  }
}

export const allStates = (state: ChartState): ChartState[] => [state, ...state.children.flatMap(allStates)]

export const allEdges = (chart: ChartState): ChartEdge[] => allStates(chart).flatMap(({ edges }) => edges)

export const keyOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** 'dial.failed [isHopeless]' */
export const labelOf = ({ event, guard }: Pick<ChartEdge, 'event' | 'guard'>): string =>
  guard === undefined ? event : `${event} [${guard}]`

/** Leads from a state into itself. */
export const isInward = ({ source, target }: Pick<ChartEdge, 'source' | 'target'>): boolean =>
  target !== undefined && (target === source || target.startsWith(source === '' ? '' : `${source}.`))

const pathOf = ({ path }: ChartNode): string => path.join('.')

function edgesOf(node: ChartNode): ChartEdge[] {
  const ids = edgeIds(node.machine.root)
  return answersOf(node).flatMap(([event, transitions]) =>
    transitions.map((transition, index) => ({
      id: ids.get(transition) ?? '',
      ...edgeOf(event === 'always' ? 'at once' : event.replace(/^after\./, 'after '), transition, index > 0),
    })),
  )
}

function edgeOf(event: string, transition: Transition, isLater: boolean): Omit<ChartEdge, 'id'> {
  const { source, target, guard, actions, description } = transition
  return {
    source: pathOf(source),
    event,
    guard: guard === undefined ? (isLater ? 'else' : undefined) : nameOf(guard),
    target: target?.map(pathOf).join(', '),
    actions: named(actions),
    description,
  }
}

/** Without what XState puts in by itself, the setting and clearing of timers. */
const named = (actions: readonly unknown[]): string[] =>
  actions.filter((action) => typeof action !== 'function').map(nameOf)

/** 'announce dead': the params that stand in the chart belong to the name; those that come with the event do not. */
function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference
  const { type, params } = reference as { type: string; params?: unknown }
  const given =
    typeof params === 'function' ? (params({ event: whatever, context: whatever }) as object) : params
  const words = Object.values(given ?? {}).filter((value) => typeof value === 'string')
  return [type, ...words].join(' ')
}

/** Has every property, each of them like itself. */
const whatever: object = new Proxy({}, { get: () => whatever, ownKeys: () => [] })
