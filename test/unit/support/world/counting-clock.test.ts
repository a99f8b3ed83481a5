import { once } from 'node:events'
import { expect, it } from 'vitest'
import { CountingClock } from '../../../support/world/counting-clock.ts'

it('knows which timers neither ran nor were cleared', async () => {
  const clock = new CountingClock()
  const rang = new EventTarget()
  const first = clock.setTimeout(() => {}, 60_000)
  clock.setTimeout(() => rang.dispatchEvent(new Event('ring')), 1)
  expect(clock.openTimers).toEqual([60_000, 1])
  await once(rang, 'ring')
  expect(clock.openTimers).toEqual([60_000])
  clock.clearTimeout(first)
  expect(clock.openTimers).toEqual([])
})
