// Eight callers do all that can be done while all that can go wrong does, in an order that a seed decides. Nothing is
// asserted but that it ends well: every promise settled, every verdict as stored, everything closed.
// `npm run chaos -- --seed N` repeats one.
import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { planOf, type Step, tellPlan } from '../support/nemesis/plan.ts'
import { seedsToWalk } from '../support/nemesis/seeds.ts'
import { shrink } from '../support/nemesis/shrink.ts'
import { walk } from '../support/nemesis/walk.ts'
import { testServer } from '../support/test-server.ts'

const server = await testServer()
afterAll(() => server.dispose())

const size = { callers: 8, steps: 150, disasters: 60 }
const shrinkingMs = Number(process.env['PG_SUPERVISOR_CHAOS_SHRINK_MS'] ?? 60_000)
const forMs = Number(process.env['PG_SUPERVISOR_CHAOS_FOR_MS'] ?? 0)
/** Of one walk on a busy machine. */
const patienceMs = 120_000

/** One walk each, or as many as fit into the time in one. */
const turns: [what: string, firstSeed: number][] =
  forMs > 0
    ? [[`through seed after seed for ${forMs} ms`, Number(process.env['PG_SUPERVISOR_CHAOS_SEED'] ?? 1)]]
    : seedsToWalk().map((seed) => [`with seed ${seed}`, seed])

it.each(turns)(
  'a walk of many callers through many disasters ends well %s',
  async (_, firstSeed) => {
    const began = performance.now()
    const sum = { walks: 0, operations: 0, losses: 0 }
    let tookMs = 0
    do {
      const startedAt = performance.now()
      const { operations, losses } = await walkWell(firstSeed + sum.walks)
      sum.walks++
      sum.operations += operations
      sum.losses += losses
      tookMs = performance.now() - startedAt
    } while (performance.now() - began + tookMs < forMs)
    console.log(`${sum.walks} walks, ${sum.operations} operations, ${sum.losses} losses`)
    expect(sum.operations).toBeGreaterThan((sum.walks * size.callers * size.steps) / 2)
    expect(sum.losses).toBeGreaterThan(0)
  },
  forMs + patienceMs + shrinkingMs,
)

async function walkWell(seed: number): Promise<{ operations: number; losses: number }> {
  const plan = planOf(seed, size)
  const { faults, history, losses } = await walk(server, plan)
  if (faults.length > 0) throw new Error(await report(seed, plan, faults))
  return { operations: history.operations.length, losses }
}

async function report(seed: number, plan: readonly Step[], faults: readonly string[]): Promise<string> {
  const fails = async (part: readonly Step[]) => (await walk(server, part)).faults.length > 0
  const least = await shrink(plan, fails, { forMs: shrinkingMs })
  const file = `.tmp/walk-${seed}.txt`
  await mkdir('.tmp', { recursive: true })
  await writeFile(file, tellPlan(least))
  return [
    `seed ${seed}: npm run chaos -- --seed ${seed}`,
    ...faults.slice(0, 10).map((fault) => `- ${fault}`),
    `cut down from ${plan.length} to ${least.length} steps: ${file}${least.length > 40 ? '' : `\n${tellPlan(least)}`}`,
  ].join('\n')
}
