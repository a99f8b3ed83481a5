// Walks at random for as long as somebody has time, or one walk again: npm run chaos -- --seed 7 | --seeds 100
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    'shrink-ms': { type: 'string', default: '600000' },
  },
})
const { seed, seeds = '1', 'shrink-ms': shrinkMs } = values
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const args = ['run', '--project', 'chaos', 'test/chaos/random-walk']
const env = {
  ...process.env,
  PG_SUPERVISOR_CHAOS_SEEDS: seeds,
  PG_SUPERVISOR_CHAOS_SHRINK_MS: shrinkMs,
  ...(seed === undefined ? {} : { PG_SUPERVISOR_CHAOS_SEED: seed }),
}
const child = spawn(process.execPath, [vitest, ...args], { stdio: 'inherit', env })
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
