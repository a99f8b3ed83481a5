// npm run mutants: judges every mutant of the chart, and writes docs/mutants.md. `-- --only TEXT` judges some, and writes
// nothing. What survives must have a reason in survivors.ts.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Judge } from './judge.ts'
import { allMutants } from './mutants.ts'
import { type Judged, report } from './report.ts'
import { survivors } from './survivors.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const mutants = allMutants().filter(({ id }) => id.includes(values.only ?? ''))
const judge = new Judge()
const judged: Judged[] = []
for (const mutant of mutants) {
  const verdict = judge.judge(mutant)
  judged.push({ id: mutant.id, verdict })
  process.stdout.write(`${judged.length}/${mutants.length} ${mutant.id} — ${JSON.stringify(verdict)}\n`)
}
if (values.only === undefined) await writeFile('docs/mutants.md', report(judged))
const unexplained = judged.filter(({ id, verdict }) => verdict.kind !== 'killed' && !(id in survivors))
for (const { id } of unexplained) process.stdout.write(`survived without a reason: ${id}\n`)
process.exitCode = unexplained.length > 0 ? 1 : 0
