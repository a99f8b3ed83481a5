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

| mutant | why |
| --- | --- |
${alive.map(({ id }) => `| ${cell(id)} | ${cell(survivors[id] ?? 'no reason known')} |`).join('\n')}

## Killed

| mutant | by |
| --- | --- |
${dead.map(({ id, verdict }) => `| ${cell(id)} | ${cell(verdict.kind === 'killed' ? verdict.by : '')} |`).join('\n')}
`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
