import { beforeEach, describe, expect, it } from 'vitest'
import type { WireFact } from '../../../src/drivers/driver.ts'
import { dial } from '../../../src/machines/session/dial.actor.ts'
import type { Target } from '../../../src/topology/target.ts'
import { UnfitHostError } from '../../../src/topology/unfit-host-error.ts'
import { ActingWorld } from '../../support/acting-world.ts'

let world: ActingWorld
beforeEach(() => {
  world = new ActingWorld()
  world.targets = ['a', 'b'].map((host) => ({ host, port: 1 }))
})

const lost = (code: string, kind: 'network' | 'server' = 'network'): WireFact => ({
  type: 'lost',
  loss: { kind, error: Object.assign(new Error(code), { code, severity: 'FATAL' }) },
})
const say = async (fact: WireFact) => {
  world.report(fact)
  await world.settle()
}
const aloneStandby = (target: Target) =>
  target.host === 'a' ? Promise.reject(new UnfitHostError(target, 'is a standby')) : undefined

describe('a round over several hosts', () => {
  it('goes on to the next when one is down', async () => {
    world.start(dial)
    await say(lost('ECONNREFUSED'))
    await say({ type: 'opened' })
    world.preparation?.resolve({ listeningSince: 5, channels: [] })
    await world.settle()
    expect([world.visited, world.types]).toEqual([['a', 'b'], ['dial.opened']])
    expect(world.permits).toEqual(['failed', 'succeeded'])
    expect(world.down).toEqual(['a'])
    expect(world.office.clock.pendingTimers).toBe(0)
  })

  it('that all fail has one failure with those of all', async () => {
    world.start(dial)
    await say(lost('ECONNRESET'))
    await say(lost('ECONNREFUSED'))
    expect(world.told).toMatchObject([
      { type: 'dial.failed', failure: { kind: 'network', code: 'ECONNREFUSED', phase: 'connecting' } },
    ])
    const [told] = world.told
    const error = told?.type === 'dial.failed' ? told.failure.error : undefined
    expect(error).toMatchObject({ errors: [{ code: 'ECONNRESET' }, { code: 'ECONNREFUSED' }] })
  })

  it('ends where a server refuses the login: the password is shown to nobody else', async () => {
    world.start(dial)
    await say(lost('28P01', 'server'))
    expect([world.visited, world.types]).toEqual([['a'], ['dial.failed']])
    expect(world.told).toMatchObject([{ failure: { code: '28P01' } }])
  })

  it('ends where a preparation fails on a living session', async () => {
    world.start(dial)
    await say({ type: 'opened' })
    world.preparation?.reject(Object.assign(new Error('no'), { code: '42501', severity: 'ERROR' }))
    await world.settle()
    expect([world.visited, world.types]).toEqual([['a'], ['dial.failed']])
  })

  it('gives each its share of the time', async () => {
    world.start(dial)
    await world.pass(5000)
    expect(world.visited).toEqual(['a', 'b'])
    await world.pass(4999)
    expect(world.types).toEqual([])
    await world.pass(1)
    expect(world.types).toEqual(['dial.failed'])
  })

  it('leaves a host that is not what is wanted with a goodbye, and at no cost to the storm limit', async () => {
    world.inspect = aloneStandby
    world.start(dial)
    await say({ type: 'opened' })
    expect([world.visited, world.permits, world.wire.calls]).toEqual([['a', 'b'], ['unfit'], ['end']])
  })

  it('takes what there is in a second pass, where a standby was only preferred', async () => {
    world.wanted = 'prefer-standby'
    world.inspect = aloneStandby
    world.start(dial)
    await say({ type: 'opened' })
    await say(lost('ECONNREFUSED'))
    expect([world.visited, world.permits]).toEqual([
      ['a', 'b', 'a'],
      ['released', 'failed'],
    ])
  })

  it('passes over whom the storm limit holds back, and waits for it a second when nobody else would do', async () => {
    world.free = new Set(['b'])
    world.start(dial)
    await say(lost('ECONNREFUSED'))
    expect([world.visited, world.types]).toEqual([['b'], []])
    await world.pass(1000)
    expect([world.visited, world.types]).toEqual([['b'], ['dial.failed']])
    expect(world.office.clock.pendingTimers).toBe(0)
  })

  it('that is given up on while it waits for the storm limit says nothing', async () => {
    world.free = new Set()
    const leave = world.start(dial)
    await world.settle()
    leave()
    await world.settle()
    expect([world.visited, world.told, world.office.clock.pendingTimers]).toEqual([[], [], 0])
  })
})
