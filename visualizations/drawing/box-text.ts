// What is written inside a state's box.
import { allStates, type ChartEdge, type ChartState, isInward, keyOf, labelOf } from '../chart.ts'
import { type Face, sizes, widthOf, wrapped } from './text-width.ts'

export interface TextLine {
  readonly text: string
  readonly face: Face
  /** What the line stands for, where it stands for transitions. */
  readonly edges: readonly string[]
  /** From the top of the box to the line's own bottom. */
  readonly bottom: number
  readonly width: number
}

export interface BoxText {
  readonly lines: readonly TextLine[]
  readonly width: number
  readonly height: number
}

export const lineHeights: Readonly<Record<Face, number>> = { title: 19, prose: 14, code: 15 }
export const margin = 12

/** A wider description is broken. */
const proseWidth = 178

export function boxTextOf(state: ChartState, chart: ChartState): BoxText {
  const isComposite = state.children.length > 0
  const plain = [
    { text: beginningDot(state, chart) + keyOf(state.path), face: 'title' as const, edges: [] },
    ...proseOf(state, isComposite).map((text) => ({ text, face: 'prose' as const, edges: [] })),
    ...state.actors.map((actor) => ({ text: `runs ${actor}`, face: 'code' as const, edges: [] })),
    ...stayingLines(state),
    ...inwardLines(state, chart),
  ]
  let bottom = margin - 4
  const lines = plain.map((line) => {
    bottom += lineHeights[line.face]
    return { ...line, bottom, width: widthOf(line.text, line.face) }
  })
  const width = Math.max(...lines.map((line) => line.width)) + 2 * margin
  return { lines, width: Math.max(width, 84), height: bottom + margin - 2 }
}

/** Before the state in which the one around it begins. */
const beginningDot = ({ path }: ChartState, chart: ChartState): string =>
  allStates(chart).some(({ initial }) => initial === path) ? '● ' : ''

const proseOf = ({ description }: ChartState, isComposite: boolean): string[] =>
  description === undefined ? [] : wrapped(description, 'prose', isComposite ? 3 * proseWidth : proseWidth)

/** Transitions without a target are no arrows. */
function stayingLines({ edges }: ChartState): { text: string; face: Face; edges: string[] }[] {
  const staying = edges.filter(({ target }) => target === undefined)
  return staying.map((edge) => ({
    text: `${labelOf(edge)} / ${edge.actions.join(', ')}`,
    face: 'code',
    edges: [edge.id],
  }))
}

/** Ways from a state into itself would be drawn across all that is in there: they stand at their end. */
function inwardLines(state: ChartState, chart: ChartState): { text: string; face: Face; edges: string[] }[] {
  const arriving = allStates(chart)
    .flatMap(({ edges }) => edges)
    .filter((edge) => edge.target === state.path && isInward(edge))
  const events = new Map<string, ChartEdge[]>()
  for (const edge of arriving) events.set(edge.event, [...(events.get(edge.event) ?? []), edge])
  return [...events].map(([event, edges]) => ({
    text: `↳ ${event}`,
    face: 'code',
    edges: edges.map(({ id }) => id),
  }))
}

/** Where a line of text stands on: letters with a tail need some room below. */
export const baselineOf = ({ bottom, face }: TextLine): number => bottom - Math.round(sizes[face] * 0.3)
