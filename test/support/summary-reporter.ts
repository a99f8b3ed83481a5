import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Says last what could not run on this machine and how to change that: the note a test gave to `context.skip(note)`.
 * In CI everything runs or the run has failed.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const skipped = tests.filter((test) => !hasBrokenSuite(test))
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

/** A suite whose beforeAll failed skips its tests, but that is a failure of its own and reported as such. */
function hasBrokenSuite(test: TestCase): boolean {
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent) {
    if (parent.errors().length > 0) return true
  }
  return false
}
