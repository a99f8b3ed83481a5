import type { ChartEdge } from '../chart.ts'

/** Paints each transition by how often it was taken: the more often, the wider. Never: red, or grey where the chart says why. */
export function coverageStyle(edges: readonly ChartEdge[], counts: ReadonlyMap<string, number>): string {
  const painted = edges.map(({ id, description }) => ({ id, count: counts.get(id) ?? 0, description }))
  // Arrows are shared: the one taken most often comes last, and wins.
  const rules = painted
    .toSorted((one, other) => one.count - other.count)
    .map(({ id, count, description }) => {
      const colour = count > 0 ? '#1a7f37' : description === undefined ? '#d1242f' : '#8c959f'
      const width = count > 0 ? 1.2 + Math.min(Math.log10(count), 5) * 0.7 : 1.6
      return [
        `.chart .edge[data-edge~="${id}"] { --stroke: ${colour} }`,
        `.chart .edge[data-edge~="${id}"] path:not(.tip) { stroke-width: ${width.toFixed(1)}; stroke-dasharray: ${count > 0 ? 'none' : '2 4'} }`,
        `.chart text[data-edge~="${id}"] { fill: ${colour} !important }`,
      ].join('\n')
    })
  return rules.join('\n')
}
