import { describe, expect, it } from 'vitest'
import type { Member } from '../../../src/api/pool/member.ts'
import type { PoolSettings } from '../../../src/api/pool/pool-settings.ts'
import { Upkeep } from '../../../src/api/pool/upkeep.ts'
import { VirtualClock } from '../../../src/model/virtual-clock.ts'

function housekeeping({ idleTimeoutMs = 0, maxLifetimeMs = 0, floor = 0, random = 0.5 }) {
  const clock = new VirtualClock(0)
  const members: Member[] = []
  const dismissed: string[] = []
  const upkeep = new Upkeep({
    settings: { clock, idleTimeoutMs, maxLifetimeMs, random: () => random } as unknown as PoolSettings,
    members,
    floor,
    dismiss: (member, reason) => {
      // As the chart has it: idleness alone takes nobody below the floor.
      if (reason === 'idle' && members.length <= floor) return
      members.splice(members.indexOf(member), 1)
      dismissed.push(`${member.id} ${reason} at ${clock.now()}`)
    },
  })
  const join = (id: string) => {
    const member = { id, isBusy: false, isUp: true, idleSince: 0, oldFrom: Number.POSITIVE_INFINITY }
    members.push(member as unknown as Member)
    upkeep.renewed(member as unknown as Member)
    return member as unknown as Member & { isBusy: boolean }
  }
  return { clock, dismissed, upkeep, join }
}

describe('a member that is idle for too long', () => {
  it('is let go, the last one first, down to the least there shall be', () => {
    const { clock, dismissed, join } = housekeeping({ idleTimeoutMs: 100, floor: 1 })
    for (const id of ['a', 'b', 'c']) join(id)
    clock.advance(99)
    expect(dismissed).toEqual([])
    clock.advance(1)
    expect(dismissed).toEqual(['c idle at 100', 'b idle at 100'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is not one that was asked meanwhile', () => {
    const { clock, dismissed, upkeep, join } = housekeeping({ idleTimeoutMs: 100 })
    const used = join('a')
    clock.advance(60)
    upkeep.idle(used)
    clock.advance(60)
    expect(dismissed).toEqual([])
    clock.advance(40)
    expect(dismissed).toEqual(['a idle at 160'])
  })
})

describe('a member that is too old', () => {
  it.each([
    [0, 900],
    [0.5, 1000],
    [0.75, 1050],
  ])('goes when it is idle, a tenth sooner or later by chance %s', (random, at) => {
    const { clock, dismissed, join } = housekeeping({ maxLifetimeMs: 1000, floor: 1, random })
    join('a')
    clock.advance(2000)
    expect(dismissed).toEqual([`a old at ${at}`])
  })

  it('and busy goes when it has become idle', () => {
    const { clock, dismissed, upkeep, join } = housekeeping({ maxLifetimeMs: 1000 })
    const busy = join('a')
    busy.isBusy = true
    clock.advance(5000)
    expect(dismissed).toEqual([])
    expect(upkeep.idle(busy)).toBe(true)
    expect(dismissed).toEqual(['a old at 5000'])
  })
})

describe('upkeep', () => {
  it('sets no timer where nobody may go, and none after its end', () => {
    const nothing = housekeeping({})
    nothing.join('a')
    expect(nothing.clock.pendingTimers).toBe(0)
    const ended = housekeeping({ idleTimeoutMs: 100 })
    ended.join('a')
    ended.upkeep.stop()
    expect(ended.clock.pendingTimers).toBe(0)
  })
})
