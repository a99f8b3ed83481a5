// The chart of a connection, walked through all that can be said to it.
import { beforeAll, describe, expect, it } from 'vitest'
import { explore, variants } from './exploration.ts'
import { invariants } from './invariants/all.ts'
import { type Explored, explored } from './invariants/invariants.ts'

let chart: Explored
beforeAll(() => {
  chart = explored(variants.flatMap(explore))
}, 120_000)

describe.each(Object.entries(invariants))('%s', (_, own) => {
  it.each(Object.entries(own))('%s', (__, holdIn) => {
    expect(() => holdIn(chart)).not.toThrow()
  })
})
