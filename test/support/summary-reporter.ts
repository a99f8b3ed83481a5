import type { Reporter, TestCase, TestModule } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    /** It wants what not every machine can have; also in CI it is enough to say that it did not run. */
    isOptional?: boolean
  }
}

/**
 * Says last what could not run on this machine and how to change that: the note a test gave to `context.skip(note)`.
 * In CI everything runs or the run has failed, but for what is optional.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const skipped = tests.filter((test) => !hasBrokenSuite(test))
    if (skipped.length === 0) return
    console.log(`Could not run here:\n${skipped.map(line).join('\n')}\n`)
    const isMissed = skipped.some((test) => test.meta().isOptional !== true)
    if (process.env['CI'] && isMissed) process.exitCode = 1
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
