// npx tsx bench/draw.ts: page and chart once more, of what was measured last.
import { readFileSync, writeFileSync } from 'node:fs'
import { chart } from './chart.ts'
import { markdown, type Report } from './report.ts'

const here = (name: string): URL => new URL(name, import.meta.url)
const report = JSON.parse(readFileSync(here('results.json'), 'utf8')) as Report
writeFileSync(here('chart.svg'), chart(report))
writeFileSync(here('RESULTS.md'), markdown(report))
