import { describe, expect, it } from 'vitest'
import { planOf, tellPlan } from '../../../support/nemesis/plan.ts'
import { seedsToWalk } from '../../../support/nemesis/seeds.ts'
import { shrink } from '../../../support/nemesis/shrink.ts'

const size = { callers: 2, steps: 30, disasters: 10 }

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf(7, size)).toEqual(planOf(7, size))
    expect(planOf(7, size)).not.toEqual(planOf(8, size))
  })

  it('is plain data', () => {
    const plan = planOf(7, size)
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })

  it('is told a step a line', () => {
    expect(tellPlan(planOf(7, size)).split('\n')).toHaveLength(70)
  })
})

describe('the seeds of a run', () => {
  it('are as many as are wanted, from the one that is wanted', () => {
    expect(seedsToWalk({ PG_SUPERVISOR_CHAOS_SEED: '5', PG_SUPERVISOR_CHAOS_SEEDS: '3' })).toEqual([5, 6, 7])
    expect(seedsToWalk({ PG_SUPERVISOR_CHAOS_SEEDS: '4' })).toHaveLength(4)
  })
})

describe('what fails, cut down', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index)

  it('is the least that still fails', async () => {
    const fails = async (part: readonly number[]) => part.includes(17) && part.includes(71)
    expect(await shrink(numbers, fails, { forMs: 5000 })).toEqual([17, 71])
  })

  it('is one step where one is enough', async () => {
    expect(await shrink(numbers, async (part) => part.includes(99), { forMs: 5000 })).toEqual([99])
  })

  it('is the whole when there is no time, or nothing fails again', async () => {
    expect(await shrink(numbers, async () => true, { forMs: -1 })).toEqual(numbers)
    expect(await shrink(numbers, async () => false, { forMs: 5000 })).toEqual(numbers)
  })
})
