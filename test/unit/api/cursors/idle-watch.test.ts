import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { IdleWatch } from '../../../../src/api/cursors/idle-watch.ts'
import { VirtualClock } from '../../../../src/model/virtual-clock.ts'

function watchOf(ms: number) {
  const clock = new VirtualClock()
  const scene = { clock, isBusy: false, expired: 0 }
  const watch = new IdleWatch(
    clock,
    ms,
    () => scene.isBusy,
    () => scene.expired++,
  )
  watch.used()
  watch.start()
  /** An expired deadline waits for one poll of the sockets before it speaks. */
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds)
    await turn()
    await turn()
  }
  return { scene, watch, clock, pass }
}

describe('the watch for idleness', () => {
  it('speaks once, after so long without a use', async () => {
    const { scene, clock, pass } = watchOf(100)
    await pass(99)
    expect(scene.expired).toBe(0)
    await pass(1)
    expect(scene.expired).toBe(1)
    await pass(1000)
    expect([scene.expired, clock.pendingTimers]).toEqual([1, 0])
  })

  it('counts from the last use, by one timer', async () => {
    const { scene, watch, clock, pass } = watchOf(100)
    for (let use = 0; use < 10; use++) {
      await pass(60)
      watch.used()
      expect(clock.pendingTimers).toBe(1)
    }
    expect(scene.expired).toBe(0)
    await pass(60)
    await pass(40)
    expect(scene.expired).toBe(1)
  })

  it('waits for what is busy', async () => {
    const { scene, watch, pass } = watchOf(100)
    scene.isBusy = true
    await pass(100)
    await pass(100)
    expect(scene.expired).toBe(0)
    scene.isBusy = false
    watch.used()
    await pass(100)
    expect(scene.expired).toBe(1)
  })

  it('is silent when stopped, and with 0 milliseconds', async () => {
    const stopped = watchOf(100)
    stopped.watch.stop()
    await stopped.pass(1000)
    const never = watchOf(0)
    await never.pass(1_000_000)
    expect([stopped.scene.expired, never.scene.expired]).toEqual([0, 0])
    expect([stopped.clock.pendingTimers, never.clock.pendingTimers]).toEqual([0, 0])
  })
})
