// npm run coverage:chart: how often the tests took each transition of the chart, on real connections, since the counts were
// last cleared (`-- --clear`). Fails when one was never taken and the chart does not say why.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type CountsLine, countsFolder } from '../test/support/world/chart-ways.ts'
import { allEdges, labelOf, readChart } from './chart.ts'
import { charts } from './charts.ts'
import { coverageStyle } from './drawing/coverage-style.ts'
import { layOut } from './drawing/layout.ts'
import { svgOf } from './drawing/svg.ts'

if (process.argv.includes('--clear')) rmSync(countsFolder, { recursive: true, force: true })
else for (const name of Object.keys(charts)) await report(name)

async function report(name: string): Promise<void> {
  const known = charts[name]
  const counts = countsOf(name)
  if (known === undefined || counts.size === 0) {
    console.error(`${name}: nothing was counted yet: npm test counts`)
    process.exitCode = 2
    return
  }
  const chart = readChart(known.root)
  const edges = allEdges(chart)
  const file = `${countsFolder}/${name}.svg`
  writeFileSync(file, svgOf(await layOut(chart), name, known.title, coverageStyle(edges, counts)))
  for (const edge of edges) {
    const target = edge.target ?? `stays / ${edge.actions.join(', ')}`
    const why = counts.has(edge.id)
      ? ''
      : `  NEVER${edge.description === undefined ? '' : `: ${edge.description}`}`
    console.log(
      `${String(counts.get(edge.id) ?? 0).padStart(8)}  ${edge.source || name} — ${labelOf(edge)} → ${target}${why}`,
    )
  }
  const untaken = edges.filter(({ id }) => !counts.has(id))
  const unexplained = untaken.filter(({ description }) => description === undefined)
  console.log(
    `\n${edges.length - untaken.length} of ${edges.length} transitions of the ${name} taken; ${unexplained.length} never, and nobody says why`,
  )
  console.log(`painted in ${file}`)
  if (unexplained.length > 0) process.exitCode = 1
}

function countsOf(chart: string): Map<string, number> {
  const sums = new Map<string, number>()
  const files = existsSync(countsFolder) ? readdirSync(countsFolder) : []
  for (const file of files.filter((each) => each.endsWith('.ndjson'))) {
    for (const line of readFileSync(`${countsFolder}/${file}`, 'utf8').split('\n').filter(Boolean)) {
      const read = JSON.parse(line) as CountsLine
      if (read.chart !== chart) continue
      for (const [edge, count] of Object.entries(read.counts)) sums.set(edge, (sums.get(edge) ?? 0) + count)
    }
  }
  return sums
}
