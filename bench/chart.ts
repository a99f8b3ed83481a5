// The race that most will ask for, as a picture: statements a second with a hundred callers. Drawn in tones that can be read
// on light and on dark ground, for a README has both.
import type { Report } from './report.ts'

interface Bar {
  readonly name: string
  readonly perSecond: number
}

const groups = [
  { title: '100 callers, one connection', workload: 'many-callers', begins: '100 callers on one connection' },
  { title: '100 callers, ten connections', workload: 'pools', begins: '100 callers of a pool' },
] as const
/** The bound is no client, and what has one connection stands among the others that have one. */
const notShown: ReadonlySet<string> = new Set(['raw bytes', 'one connection'])

const width = 720
const nameWidth = 190
const figureWidth = 80
const barHeight = 18
const rowHeight = 25
const titleHeight = 36
const grey = '#848d97'
const ours = '#3b82d6'

export function chart({ findings }: Pick<Report, 'findings'>): string {
  const parts: string[] = []
  let y = 8
  for (const { title, workload, begins } of groups) {
    const finding = findings.find((one) => one.workload === workload && one.title.startsWith(begins))
    if (finding === undefined) continue
    const bars = finding.rows
      .map(({ name, cells: [cell] }): Bar => ({ name, perSecond: medianOf(cell) }))
      .filter(({ name }) => !notShown.has(name))
      .toSorted((a, b) => b.perSecond - a.perSecond)
    parts.push(text(0, y + 16, `${title}: statements a second`, 'font-weight="600"'))
    y += titleHeight
    const most = Math.max(...bars.map(({ perSecond }) => perSecond))
    for (const bar of bars) {
      parts.push(row(bar, y, most))
      y += rowHeight
    }
    y += 12
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>Statements a second with a hundred callers, of several clients for PostgreSQL</title>',
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function row({ name, perSecond }: Bar, y: number, most: number): string {
  const length = Math.max(1, ((width - nameWidth - figureWidth) * perSecond) / most)
  const isOurs = name.startsWith('pg-supervisor')
  const weight = isOurs ? 'font-weight="600"' : ''
  const figure = Math.round(perSecond).toLocaleString('en-US').replaceAll(',', '\u202f')
  return [
    text(nameWidth - 10, y + 13, name, `text-anchor="end" ${weight}`),
    `<rect x="${nameWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="${isOurs ? ours : grey}"/>`,
    text(nameWidth + length + 8, y + 13, figure, weight),
  ].join('\n')
}

const text = (x: number, y: number, words: string, more: string): string =>
  `<text x="${x.toFixed(1)}" y="${y}" fill="${grey}" ${more}>${words}</text>`

const medianOf = (cell: Report['findings'][number]['rows'][number]['cells'][number]): number =>
  typeof cell === 'number' ? cell : (cell?.median ?? 0)
