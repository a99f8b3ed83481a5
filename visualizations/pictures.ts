import { readChart } from './chart.ts'
import { charts } from './charts.ts'
import { layOut } from './drawing/layout.ts'
import { svgOf } from './drawing/svg.ts'
import { transitionTableOf } from './transition-table.ts'

/** Every picture by its file name in visualizations/diagrams; the same chart makes the same text. */
export async function pictures(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const [name, { root, title }] of Object.entries(charts)) {
    const chart = readChart(root)
    files.set(`${name}.svg`, svgOf(await layOut(chart), name, title))
    files.set(`${name}.md`, transitionTableOf(chart, name, title))
  }
  return files
}
