// Where everything stands, found by ELK (https://eclipse.dev/elk): layered, from top to bottom, arrows through the borders of
// states. Neither considerModelOrder nor a cycle breaking by model order: elkjs breaks on them in nested charts.
import elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import { allStates, type ChartState } from '../chart.ts'
import { type Arrow, arrowsOf } from './arrows.ts'
import { type BoxText, boxTextOf, lineHeights, margin } from './box-text.ts'
import { type Point, straightened } from './path.ts'
import { widthOf } from './text-width.ts'

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface StateBox extends Rectangle {
  readonly state: ChartState
  readonly text: BoxText
  /** Where its lines begin: beside whatever arrow runs in through the top. */
  readonly textX: number
}

export interface DrawnArrow extends Arrow {
  readonly points: readonly Point[]
  readonly label: Rectangle
}

export interface Layout {
  readonly width: number
  readonly height: number
  /** Outer states before those inside of them. */
  readonly boxes: readonly StateBox[]
  readonly arrows: readonly DrawnArrow[]
}

const overall = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.cycleBreaking.strategy': 'GREEDY',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.randomSeed': '1',
}

const atTheTop = { 'elk.layered.layering.layerConstraint': 'FIRST' }

/** Of a state that no arrow enters: it is laid out by itself, as one box for those around it. */
const secluded = {
  'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
}

const spacing = {
  'elk.spacing.nodeNode': '20',
  'elk.spacing.componentComponent': '20',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '11',
  'elk.spacing.edgeLabel': '3',
  'elk.spacing.labelLabel': '6',
  'elk.spacing.labelNode': '6',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '11',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
}

export async function layOut(chart: ChartState): Promise<Layout> {
  const texts = new Map(allStates(chart).map((state) => [state.path, boxTextOf(state, chart)]))
  const arrows = arrowsOf(chart)
  const graph = nodeOf(chart, texts, arrows)
  graph.layoutOptions = {
    ...graph.layoutOptions,
    ...overall,
    'elk.padding': '[top=16,left=16,bottom=16,right=16]',
  }
  graph.edges = arrows.map(edgeOf)
  const first = graph.children?.find(({ id }) => id === chart.initial)
  if (first !== undefined) first.layoutOptions = { ...first.layoutOptions, ...atTheTop }
  const engine = new elk.default()
  return read(await engine.layout(graph), chart, texts, arrows)
}

const idOf = (path: string): string => (path === '' ? 'root' : path)

function nodeOf(state: ChartState, texts: ReadonlyMap<string, BoxText>, arrows: readonly Arrow[]): ElkNode {
  const { width, height } = texts.get(state.path) as BoxText
  if (state.children.length === 0) return { id: idOf(state.path), width, height }
  return {
    id: idOf(state.path),
    layoutOptions: {
      ...spacing,
      ...(state.path !== '' && isSecluded(state.path, arrows) ? secluded : {}),
      'elk.padding': `[top=${height + 8},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height})`,
    },
    children: state.children.map((child) => nodeOf(child, texts, arrows)),
  }
}

/** No arrow has one end below it and the other outside. */
const isSecluded = (path: string, arrows: readonly Arrow[]): boolean => {
  const isBelow = (other: string): boolean => other.startsWith(`${path}.`)
  return arrows.every(({ source, target }) => isBelow(source) === isBelow(target))
}

function edgeOf({ source, target, labels }: Arrow, index: number): ElkExtendedEdge {
  const width = Math.max(...labels.map(({ text }) => widthOf(text, 'code'))) + 8
  return {
    id: `arrow ${index}`,
    sources: [idOf(source)],
    targets: [idOf(target)],
    labels: [
      {
        text: labels.map(({ text }) => text).join('\n'),
        width,
        height: labels.length * lineHeights.code + 4,
        layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
      },
    ],
  }
}

function read(
  graph: ElkNode,
  chart: ChartState,
  texts: ReadonlyMap<string, BoxText>,
  arrows: readonly Arrow[],
): Layout {
  const nodes = new Map(nodesBelow(graph).map((node) => [node.id, rectangleOf(node)]))
  const edges = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]))
  const placed = (id: string): Rectangle => nodes.get(id) as Rectangle
  const pointsOf = (id: string): Point[] => {
    const [section] = edges.get(id)?.sections ?? []
    if (section === undefined) throw new Error(`no way was found for ${id}`)
    return straightened([section.startPoint, ...(section.bendPoints ?? []), section.endPoint])
  }
  const drawn = arrows.map((arrow, index) => ({
    ...arrow,
    points: pointsOf(`arrow ${index}`),
    label: rectangleOf(edges.get(`arrow ${index}`)?.labels?.[0] ?? {}),
  }))
  const states = allStates(chart).filter(({ path }) => path !== '')
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    boxes: states.map((state) => {
      const text = texts.get(state.path) as BoxText
      const box = placed(idOf(state.path))
      return { state, text, ...box, textX: roomFor(text, box, drawn) }
    }),
    arrows: drawn,
  }
}

/** The first place in the head of a box that no arrow runs through. */
function roomFor(text: BoxText, { x, y, width }: Rectangle, arrows: readonly DrawnArrow[]): number {
  const needed = text.width - 2 * margin
  const crossings = arrows
    .flatMap(({ points }) => points.slice(1).map((to, index) => [points[index] as Point, to] as const))
    .filter(([from, to]) => Math.min(from.y, to.y) < y + text.height && Math.max(from.y, to.y) > y + 1)
    .flatMap(([from, to]) => [from.x, to.x])
    .filter((at) => at > x + 1 && at < x + width - 1)
    .toSorted((a, b) => a - b)
  const stops = [...crossings, x + width]
  const start = [x, ...crossings].find((at, index) => (stops[index] as number) - at >= needed + margin + 4)
  return (start ?? x) + margin
}

const nodesBelow = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(nodesBelow)]

const round = (value: number): number => Math.round(value * 10) / 10

const rectangleOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Rectangle>): Rectangle => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
})
