// Walks at random for as long as somebody has time, or one walk again:
// npm run chaos -- --seed 7 | --seeds 100 | --for 120s (no new ones: seed 1, 2, …, as many as fit)
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    for: { type: 'string' },
    'shrink-ms': { type: 'string', default: '600000' },
  },
})
const { seed, seeds = '1', for: time, 'shrink-ms': shrinkMs } = values
const [, seconds] = /^(\d+)s$/.exec(time ?? '0s') ?? []
if (seconds === undefined) throw new Error(`--for wants seconds, as in 120s, and not ${time}`)
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
// CI keeps the report of its tests beside it.
const report = '--outputFile.json=.tmp/chaos.json'
const args = ['run', '--project', 'chaos', 'test/chaos/random-walk', report]
const env = {
  ...process.env,
  PG_SUPERVISOR_CHAOS_SEEDS: seeds,
  PG_SUPERVISOR_CHAOS_SHRINK_MS: shrinkMs,
  ...(seed === undefined ? {} : { PG_SUPERVISOR_CHAOS_SEED: seed }),
  ...(time === undefined ? {} : { PG_SUPERVISOR_CHAOS_FOR_MS: `${seconds}000` }),
}
const child = spawn(process.execPath, [vitest, ...args], { stdio: 'inherit', env })
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
