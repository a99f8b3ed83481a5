import { arch, cpus, release, totalmem, type } from 'node:os'
import { type Cell, type Finding, isMet } from './finding.ts'

export interface Circumstances {
  readonly date: string
  readonly command: string
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
}

export interface Report {
  readonly circumstances: Circumstances
  readonly findings: readonly (Finding & { readonly workload: string })[]
}

export function machine(): string {
  const processors = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  return `${processors.length} × ${processors[0]?.model.trim()}, ${memory}, ${type()} ${release()} ${arch()}`
}

/** The table as it is shown while the bench runs, and as it is kept. */
export function table({ title, note, columns, rows, goals }: Finding): string {
  const head = ['', ...columns.map((column) => column.title)]
  const body = rows.map(({ name, cells }) => [
    name,
    ...cells.map((cell, index) => words(cell, columns[index]?.digits ?? 0)),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [
    `## ${title}`,
    '',
    ...(note === undefined ? [] : [`${note}.`, '']),
    line(head),
    rule,
    ...body.map(line),
    ...(goals.length === 0 ? [] : ['']),
    ...goals.map((goal) => `- ${verdict(goal)}`),
    '',
  ].join('\n')
}

function verdict(goal: Finding['goals'][number]): string {
  const limit = goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
  return `${isMet(goal) ? 'met' : 'MISSED'}: ${goal.words}: ${digits(goal.measured, 2)} (${limit})`
}

function words(cell: Cell, places: number): string {
  if (cell === undefined || cell === null) return '–'
  if (typeof cell === 'number') return digits(cell, places)
  return `${digits(cell.median, places)} (${digits(cell.low, places)}–${digits(cell.high, places)})`
}

const digits = (value: number, places: number): string =>
  value
    .toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })
    .replaceAll(',', ' ')

export function markdown({ circumstances, findings }: Report): string {
  const { date, command, machine: on, versions } = circumstances
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    '# What the bench measured',
    '',
    `\`${command}\` on ${date.slice(0, 10)}, everything in one process against one server on loopback, in alternating`,
    'rounds. Cells are medians, with the quartiles in brackets; a ratio is the median of the ratios of the rounds.',
    '',
    `- ${on}`,
    `- ${used.join(', ')}`,
    '',
    ...targets(findings),
    ...findings.map(table),
  ].join('\n')
}

/** All of them in one place, each with the way to measure it alone. */
function targets(findings: Report['findings']): string[] {
  const lines = findings.flatMap(({ workload, goals }) =>
    goals.map((goal) => `- ${verdict(goal)}: \`npm run bench -- --only ${workload}\``),
  )
  return ['## Targets', '', ...lines, '', limits, '']
}

/** What stands in the way where a target is missed. */
const limits = [
  'Limits. One caller at a time waits for two wake-ups and two system calls a statement, whoever asks. Many callers on one',
  "connection come within 10 % of `raw bytes`, which writes the same bytes and looks for nothing but the answers' ends; for",
  'larger rows the difference is the parser of pg and the making of rows, for both. A transaction is five round trips; past',
  'those its cost is promises, which are dearer while an AsyncLocalStorage runs (Node.js before 24). A notification',
  "costs pg's parser and two emitters 0.4 µs, and ours 0.15 more: a queue for each observer, who is awaited. A process of",
  'PostgreSQL for each session shares two processors with the bench, so pools soon measure the server.',
].join('\n')
