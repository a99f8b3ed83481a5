import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Says last what could not run on this machine and how to change that: the note a test gave to `context.skip(note)`.
 * In CI everything runs or the run has failed.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    if (skipped.length === 0) return
    console.log(`Could not run here:\n${skipped.map(line).join('\n')}\n`)
    if (process.env['CI']) process.exitCode = 1
  }
}

function line(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return `  ${test.project.name} › ${test.fullName}: ${note ?? 'skipped without a reason'}`
}
