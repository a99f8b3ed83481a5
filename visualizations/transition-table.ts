// The chart as a text to read: an outline, then each state with all that it answers. Tables are aligned, for terminals.
import { allStates, type ChartEdge, type ChartState, keyOf, labelOf } from './chart.ts'

export function transitionTableOf(chart: ChartState, name: string, title: string): string {
  const states = allStates(chart).filter(({ path }) => path !== '')
  return [
    `# ${title}`,
    '',
    `Generated from \`src\` by \`npm run diagrams\`; [${name}.svg](${name}.svg) draws the same.`,
    'A state answers first what it says itself, then what the state around it says; of the lines of one event',
    'the first whose guard holds is taken. A line without a target changes no state.',
    '',
    '```text',
    ...outlineOf(chart),
    '```',
    ...states.flatMap(sectionOf),
    '',
  ].join('\n')
}

function outlineOf(chart: ChartState): string[] {
  const lines = branchesOf(chart, '')
  const width = Math.max(...lines.map(([branch]) => branch.length))
  return lines.map(([branch, description]) => `${branch.padEnd(width)}  ${description ?? ''}`.trimEnd())
}

function branchesOf(state: ChartState, indent: string): [string, string | undefined][] {
  return state.children.flatMap((child, index) => {
    const isLast = index === state.children.length - 1
    const branch: [string, string | undefined] = [
      `${indent}${isLast ? '└' : '├'} ${keyOf(child.path)}`,
      child.description,
    ]
    return [branch, ...branchesOf(child, `${indent}${isLast ? ' ' : '│'} `)]
  })
}

function sectionOf({ path, description, initial, actors, entry, exit, edges }: ChartState): string[] {
  const facts = [
    ['begins in', initial === undefined ? [] : [keyOf(initial)]],
    ['runs', actors],
    ['on entry', entry],
    ['on exit', exit],
  ] as const
  const told = facts
    .filter(([, what]) => what.length > 0)
    .map(([when, what]) => `- ${when}: ${what.join(', ')}`)
  return [
    '',
    `## ${path}`,
    ...(description === undefined ? [] : ['', description]),
    ...(told.length === 0 ? [] : ['', ...told]),
    ...(edges.length === 0 ? [] : ['', ...tableOf(edges)]),
    ...remarksOn(edges),
  ]
}

function remarksOn(edges: readonly ChartEdge[]): string[] {
  const remarks = edges.filter(({ description }) => description !== undefined)
  return remarks.length === 0
    ? []
    : ['', ...remarks.map((edge) => `\`${labelOf(edge)}\`: ${edge.description}`)]
}

function tableOf(edges: readonly ChartEdge[]): string[] {
  const rows = edges.map(({ event, guard, target, actions }) => [
    event,
    guard ?? '',
    target ?? '',
    actions.join(', '),
  ])
  const heads = ['event', 'guard', 'target', 'actions']
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |`
  return [line(heads), line(['', '', '', ''], '-'), ...rows.map((row) => line(row))]
}
