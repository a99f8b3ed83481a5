import { beforeEach, describe, expect, it } from 'vitest'
import type { WireFact } from '../../../src/drivers/driver.ts'
import { dial } from '../../../src/machines/session/dial.actor.ts'
import { ActingWorld } from '../../support/acting-world.ts'

let world: ActingWorld
beforeEach(() => {
  world = new ActingWorld()
})

const lost = (error?: unknown): WireFact => ({ type: 'lost', loss: { kind: 'network', error } })
const notification = { channel: 'jobs', payload: 'x', processId: 8 }

describe('an attempt', () => {
  it('opens a session, prepares it, and hands it over', async () => {
    world.start(dial)
    world.report({ type: 'opened' })
    await world.settle()
    expect(world.told).toEqual([])
    world.preparation?.resolve({ listeningSince: 5, channels: ['jobs'] })
    await world.settle()
    expect(world.told).toEqual([
      {
        type: 'dial.opened',
        processId: 7,
        host: { host: 'db', port: 5432 },
        listeningSince: 5,
        channels: ['jobs'],
      },
    ])
    expect([world.berth.wire, world.permits]).toEqual([world.wire, ['succeeded']])
    expect(world.office.clock.pendingTimers).toBe(0)
  })

  it.each(['before it is open', 'while it is prepared'])(
    'that takes too long %s fails at its deadline',
    async (when) => {
      world.start(dial)
      if (when === 'while it is prepared') world.report({ type: 'opened' })
      await world.pass(9999)
      expect(world.types).toEqual([])
      await world.pass(1)
      expect(world.told).toMatchObject([
        {
          type: 'dial.failed',
          delayMs: 250,
          failure: { kind: 'timeout', phase: 'connecting', message: 'no session within 10000 ms' },
        },
      ])
      expect([world.wire.calls, world.permits, world.berth.wire]).toEqual([
        ['destroy'],
        ['failed'],
        undefined,
      ])
    },
  )

  it('whose session dies says of what', async () => {
    world.start(dial)
    world.report(lost(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })))
    await world.settle()
    expect(world.told).toMatchObject([
      { type: 'dial.failed', failure: { kind: 'network', code: 'ECONNREFUSED' } },
    ])
    expect(world.permits).toEqual(['failed'])
  })

  it('whose preparation fails is over, and its signal says so', async () => {
    world.start(dial)
    world.report({ type: 'opened' })
    await world.settle()
    const { preparation } = world
    preparation?.reject(Object.assign(new Error('no'), { code: '42501', severity: 'ERROR' }))
    await world.settle()
    expect(world.told).toMatchObject([{ type: 'dial.failed', failure: { kind: 'server', code: '42501' } }])
    expect(world.wire.calls).toEqual(['destroy'])
    expect(world.office.mailbox.wire).toBeUndefined()
  })

  it('that dies while it is prepared breaks the preparation off', async () => {
    world.start(dial)
    world.report({ type: 'opened' })
    await world.settle()
    world.report(lost())
    await world.settle()
    expect(world.preparation?.signal?.aborted).toBe(true)
    expect(world.types).toEqual(['dial.failed'])
  })

  it('that is hopeless counts for nothing at the storm limit', async () => {
    world.isHopeless = true
    world.start(dial)
    world.report(lost())
    await world.settle()
    expect(world.permits).toEqual(['released'])
  })

  it('fails when no client can be made', async () => {
    world.openWire = () => {
      throw new Error('no client')
    }
    world.start(dial)
    await world.settle()
    expect(world.types).toEqual(['dial.failed'])
  })

  it('that is given up says nothing, and closes what it has opened', async () => {
    const leave = world.start(dial)
    world.report({ type: 'opened' })
    await world.settle()
    leave()
    await world.settle()
    expect(world.told).toEqual([])
    expect([world.wire.calls, world.permits]).toEqual([['destroy'], ['released']])
    expect(world.preparation?.signal?.aborted).toBe(true)
    expect(world.office.clock.pendingTimers).toBe(0)
  })

  it('that is given up while it waits for the storm limit opens nothing', async () => {
    world.hasRoom = false
    const leave = world.start(dial)
    await world.settle()
    leave()
    await world.settle()
    expect([world.told, world.wire.calls, world.permits]).toEqual([[], [], []])
  })

  it('keeps what the session says while it is prepared for whoever takes it over', async () => {
    world.start(dial)
    world.report({ type: 'opened' })
    await world.settle()
    world.report({ type: 'notification', notification })
    world.preparation?.resolve({ listeningSince: 5, channels: [] })
    await world.settle()
    world.report({ type: 'notice', notice: { message: 'hello' } })
    const heard: string[] = []
    world.berth.board(({ type }) => heard.push(type))
    world.report(lost())
    expect(heard).toEqual(['notification', 'notice', 'lost'])
  })
})
