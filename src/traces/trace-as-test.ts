import { isOurs, type TraceHeader, type TraceLine, type TraceStep } from './trace-format.ts'

/**
 * A trace as a vitest file: one test for each chart in it, which leads the pure one the same way and expects the same states.
 * It passes as long as the chart behaves as it did.
 */
export function traceAsTest(lines: Iterable<TraceLine>): string {
  const lives: { header: TraceHeader; steps: TraceStep[] }[] = []
  for (const line of lines) {
    if (line.type === 'trace') lives.push({ header: line, steps: [] })
    else lives.findLast(({ header }) => header.actor === line.actor)?.steps.push(line)
  }
  const tests = lives.filter(({ header }) => isOurs(header.machine)).map(testOf)
  return [
    `import { ReplayedChart } from 'pg-supervisor/machines'`,
    `import { expect, it } from 'vitest'`,
    ...tests,
    '',
  ].join('\n')
}

function testOf({ header, steps }: { header: TraceHeader; steps: readonly TraceStep[] }): string {
  const { machine, state, context, at, name } = header
  return [
    '',
    `it(${said(`goes the way of the trace of ${name}`)}, () => {`,
    `  const chart = new ReplayedChart(${said({ machine, state, at, context })})`,
    ...steps.map((step) => {
      const { event, took, data, at: when } = step
      const taken = { event, took, ...(data === undefined ? {} : { data }), at: when }
      return `  expect(chart.take(${said(taken)})).toBe(${said(step.state)})`
    }),
    '})',
  ].join('\n')
}

/** JSON is JavaScript, all but two line breaks of Unicode's within texts, which are since ES2019 as well. */
const said = (value: unknown): string => JSON.stringify(value)
