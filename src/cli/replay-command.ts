import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readTrace } from '../traces/read-trace.ts'
import { replayTrace, type TraceDifference } from '../traces/replay-trace.ts'
import { traceAsTest } from '../traces/trace-as-test.ts'
import type { TraceLine } from '../traces/trace-format.ts'
import type { Command, Terminal } from './commands.ts'

const usage = `usage: pg-supervisor replay [--as-test] <trace.ndjson>

Leads the pure chart along a trace and says where it would have gone another way.
  --as-test   writes the trace as a vitest file instead
exit code: 0 the same way, 1 another way, 2 no trace to read`

export const replay: Command = {
  summary: 'run a trace through the pure chart',
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'as-test': { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [file, ...others] = positionals
    if (file === undefined || others.length > 0) {
      terminal.err(`${usage}\n`)
      return 2
    }
    const lines = await linesOf(file, terminal)
    if (lines === undefined) return 2
    if (values['as-test']) {
      terminal.out(traceAsTest(lines))
      return 0
    }
    return report(lines, terminal)
  },
}

async function linesOf(file: string, { err }: Terminal): Promise<TraceLine[] | undefined> {
  try {
    const lines = readTrace(await readFile(file, 'utf8'))
    if (lines.length > 0) return lines
    err(`${file}: there is no trace in it\n`)
  } catch (error) {
    err(`${file}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  return undefined
}

function report(lines: readonly TraceLine[], { out }: Terminal): number {
  const steps = lines.filter(({ type }) => type === 'step').length
  const differences = replayTrace(lines)
  for (const difference of differences) out(`${told(difference)}\n`)
  const end = differences.length === 0 ? 'all of them the chart’s' : `${differences.length} differ`
  out(`${steps} steps, ${end}\n`)
  return differences.length === 0 ? 0 : 1
}

const told = ({ line, name, event, from, what, traced, replayed }: TraceDifference): string =>
  `line ${line}: ${name}: ${event} in ${from}: ${what} was ${traced}, the chart says ${replayed}`
