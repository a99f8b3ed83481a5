import type { ChartNode } from '../src/machines/chart-node.ts'
import { connectionMachine } from '../src/machines/connection.machine.ts'
import { poolMachine } from '../src/machines/pool/pool.machine.ts'
import { readChart } from './chart.ts'
import { layOut } from './drawing/layout.ts'
import { svgOf } from './drawing/svg.ts'
import { transitionTableOf } from './transition-table.ts'

/** Every chart that is drawn, by the name of its files. */
export const charts: Readonly<Record<string, { readonly root: ChartNode; readonly title: string }>> = {
  connection: { root: connectionMachine.root, title: 'The chart of a connection' },
  pool: { root: poolMachine.root, title: 'The chart of a pool' },
}

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
