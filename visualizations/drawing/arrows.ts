// The arrows of a picture: one for all ways from one state to another.
import { allEdges, type ChartState, isInward, labelOf } from '../chart.ts'

export interface Arrow {
  readonly source: string
  readonly target: string
  readonly labels: readonly { readonly id: string; readonly text: string }[]
  /** By which its look is chosen. */
  readonly kind: 'usual' | 'failure' | 'timer'
}

const failing = /lost|failed|judge|expire/

export function arrowsOf(chart: ChartState): Arrow[] {
  const arrows = new Map<string, Arrow>()
  for (const edge of allEdges(chart)) {
    const { source, target, id, event } = edge
    if (target === undefined || isInward(edge)) continue
    const key = `${source} → ${target}`
    const before = arrows.get(key)
    const labels = [...(before?.labels ?? []), { id, text: labelOf(edge) }]
    const isTimer = event.startsWith('after ') || event === 'at once'
    const kind = failing.test(event) || before?.kind === 'failure' ? 'failure' : isTimer ? 'timer' : 'usual'
    arrows.set(key, { source, target, labels, kind })
  }
  return [...arrows.values()]
}
