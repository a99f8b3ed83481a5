import { connectionMachine } from '../src/machines/connection.machine.ts'
import { readChart } from './chart.ts'
import { mermaidOf } from './mermaid.ts'
import { transitionTableOf } from './transition-table.ts'

/** Every picture by its file name; the same chart makes the same text. */
export function pictures(): Map<string, string> {
  const chart = readChart(connectionMachine.root)
  return new Map([
    ['connection.mmd', mermaidOf(chart)],
    ['connection.md', transitionTableOf(chart)],
  ])
}
