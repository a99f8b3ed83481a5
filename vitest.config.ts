import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/support/summary-reporter.ts'

// Real servers start, die and come back in these: two workers, one for each core of a small machine.
const onRealServers = {
  pool: 'forks' as const,
  maxWorkers: 2,
  // For what hangs, not for what is slow: a busy machine may take ten times as long as a quiet one.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // One initdb for all; each file starts a copy.
  globalSetup: ['test/support/cluster-template.ts'],
}

// A mutant of the chart in the place of the true one, by name: see docs/mutants.md.
const inject = process.env['PG_SUPERVISOR_MUTANT'] ? ['test/mutation/inject.ts'] : []
const setupFiles = ['test/support/no-warnings.ts', ...inject]

export default defineConfig(({ mode }) => {
  // Not in `test.env`: each project reads this file again, in the mode 'test'.
  // A seed of its own for each run is for those who ask for it: what CI finds, it finds each time.
  if (mode !== 'thorough' && process.env['PG_SUPERVISOR_CHAOS_SEEDS'] === undefined)
    process.env['PG_SUPERVISOR_CHAOS_SEED'] ??= '1'
  process.env['PG_SUPERVISOR_CHAOS_SEEDS'] ??= mode === 'thorough' ? '25' : '1'
  process.env['PG_SUPERVISOR_PATHS'] ??= mode === 'thorough' ? 'simple' : 'shortest'
  return {
    test: {
      include: [],
      passWithNoTests: false,
      reporters: ['default', new SummaryReporter(), ...(process.env['CI'] ? ['json' as const] : [])],
      outputFile: { json: '.tmp/vitest.json' },
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            include: ['test/*.test.ts', 'test/{unit,model,docs,package}/**/*.test.ts'],
            setupFiles,
            testTimeout: 60_000,
            hookTimeout: 60_000,
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: true,
          test: {
            name: 'types',
            typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'] },
            sequence: { groupOrder: 0 },
          },
        },
        {
          extends: true,
          test: {
            ...onRealServers,
            name: 'integration',
            include: ['test/integration/**/*.test.ts'],
            setupFiles,
            sequence: { groupOrder: 1 },
          },
        },
        {
          extends: true,
          test: {
            ...onRealServers,
            name: 'chaos',
            include: ['test/chaos/**/*.test.ts'],
            setupFiles,
            sequence: { groupOrder: 2 },
          },
        },
        {
          extends: true,
          test: {
            ...onRealServers,
            name: 'browser',
            include: ['test/browser/**/*.test.ts'],
            setupFiles: ['test/support/no-warnings.ts'],
            sequence: { groupOrder: 4 },
          },
        },
      ],
    },
  }
})
