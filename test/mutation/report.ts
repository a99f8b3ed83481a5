// docs/mutants.md, as it is committed.
import type { Verdict } from './judge.ts'
import { survivors } from './survivors.ts'

export interface Judged {
  readonly id: string
  readonly verdict: Verdict
}

export function report(judged: readonly Judged[]): string {
  const alive = judged.filter(({ verdict }) => verdict.kind !== 'killed')
  const dead = judged.filter(({ verdict }) => verdict.kind === 'killed')
  return `# Mutants

Written by \`npm run mutants\`. Each mutant is the chart of a connection with one lie in it: a guard that is gone or turned
round, a transition, an action or a child that is missing. It is walked through all that can be said to it, and killed by
the first invariant of \`test/model/invariants\` that does not hold. What survives that is listed with what kills it
otherwise, or why nothing can. \`PG_SUPERVISOR_MUTANT='<its name>' npx vitest run <files>\` runs tests on a mutant.

${judged.length} mutants: ${dead.length} killed by the walk, ${alive.length} not.

## Not killed by the walk

${alive.length === 0 ? 'None.' : tableOf('why', alive, ({ id }) => survivors[id] ?? 'no reason known')}

## Killed

${tableOf('by', dead, ({ verdict }) => (verdict.kind === 'killed' ? verdict.by : ''))}
`
}

function tableOf(heading: string, judged: readonly Judged[], tell: (each: Judged) => string): string {
  const lines = judged.map((each) => `| ${cell(each.id)} | ${cell(tell(each))} |`)
  return [`| mutant | ${heading} |`, '| --- | --- |', ...lines].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
