// The chart as a Mermaid state diagram. All edges stand behind all states: mermaid draws an edge that is written inside a
// composite, and leads out of it, to a second state of the same name.
import { allStates, type ChartEdge, type ChartState, keyOf } from './chart.ts'

export function mermaidOf(chart: ChartState): string {
  return [
    '%% Generated from src/machines by `npm run diagrams`; what does not change the state is left to connection.md.',
    'stateDiagram-v2',
    '  direction TB',
    ...initialOf(chart, '  '),
    ...chart.children.flatMap((state) => stateLines(state, '  ')),
    '',
    ...edgeLines(allStates(chart).flatMap(({ edges }) => edges)),
    ...allStates(chart).flatMap(noteLines),
    '',
  ].join('\n')
}

function stateLines(state: ChartState, indent: string): string[] {
  const head = `${indent}state "${keyOf(state.path)}" as ${idOf(state.path)}`
  if (state.children.length === 0) return [head]
  return [
    `${head} {`,
    ...initialOf(state, `${indent}  `),
    ...state.children.flatMap((child) => stateLines(child, `${indent}  `)),
    `${indent}}`,
  ]
}

const initialOf = ({ initial }: ChartState, indent: string): string[] =>
  initial === undefined ? [] : [`${indent}[*] --> ${idOf(initial)}`]

/** One arrow for all ways from one state to another. */
function edgeLines(edges: readonly ChartEdge[]): string[] {
  const arrows = new Map<string, string[]>()
  for (const { source, target, event, guard } of edges) {
    if (target === undefined || isInward({ source, target })) continue
    const arrow = `${idOf(source)} --> ${idOf(target)}`
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), labelOf({ event, guard })])
  }
  return [...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join('<br>')}`)
}

/** Ways from a state into itself would be drawn on top of what is in there, so they are written beside it. */
function noteLines({ path, edges }: ChartState): string[] {
  const inward = edges.filter(isInward)
  return [...new Set(inward.map(({ event }) => event))].flatMap((event) => [
    `  note right of ${idOf(path)}`,
    `    ${event} leads to`,
    ...inward
      .filter((edge) => edge.event === event)
      .map(({ target }) => `    ${target?.slice(path.length + 1)}`),
    '  end note',
  ])
}

const isInward = ({ source, target }: Pick<ChartEdge, 'source' | 'target'>): boolean =>
  target?.startsWith(`${source}.`) ?? false

const labelOf = ({ event, guard }: Pick<ChartEdge, 'event' | 'guard'>): string =>
  guard === undefined ? event : `${event} [${guard}]`

const idOf = (path: string): string => path.replaceAll('.', '_')
