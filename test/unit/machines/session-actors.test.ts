import { beforeEach, describe, expect, it } from 'vitest'
import { createActor, setup } from 'xstate'
import type { WireFact } from '../../../src/drivers/driver.ts'
import { dial } from '../../../src/machines/session/dial.actor.ts'
import { drain, hangUp, restore, session } from '../../../src/machines/session/session.actors.ts'
import { ActingWorld } from '../../support/acting-world.ts'

let world: ActingWorld
beforeEach(() => {
  world = new ActingWorld()
})

const lost = (error?: unknown): WireFact => ({ type: 'lost', loss: { kind: 'network', error } })
const notification = { channel: 'jobs', payload: 'x', processId: 8 }

/** With a session that lies at the berth. */
function moored(): (fact: WireFact) => void {
  const report = world.berth.expect()
  world.office.mailbox.attach(world.wire)
  world.berth.moor(world.wire)
  return report
}

describe('a recovery', () => {
  it('is over when its handlers are', async () => {
    moored()
    world.start(restore)
    await world.settle()
    expect(world.told).toEqual([])
    world.recovery?.resolve()
    await world.settle()
    expect(world.told).toEqual([{ type: 'restored' }])
  })

  it('whose session dies is a failed attempt, and its handlers learn it', async () => {
    const report = moored()
    world.start(restore)
    report(lost())
    world.recovery?.resolve()
    await world.settle()
    expect(world.told).toMatchObject([
      { type: 'dial.failed', delayMs: 250, failure: { phase: 'connecting' } },
    ])
    expect(world.recovery?.signal?.aborted).toBe(true)
    expect([world.berth.wire, world.wire.calls]).toEqual([undefined, ['destroy']])
  })

  it('that is left says nothing more', async () => {
    moored()
    world.start(restore)()
    world.recovery?.resolve()
    await world.settle()
    expect(world.told).toEqual([])
    expect(world.recovery?.signal?.aborted).toBe(true)
  })
})

describe('a session', () => {
  it('says what the wire says', () => {
    const report = moored()
    world.start(session)
    report({ type: 'notification', notification })
    report({ type: 'notice', notice: { message: 'hello' } })
    report({ type: 'parameter', name: 'TimeZone', value: 'UTC' })
    expect(world.told).toEqual([
      { type: 'session.notified', notification },
      { type: 'session.noticed', notice: { message: 'hello' } },
      { type: 'session.parameter', name: 'TimeZone', value: 'UTC' },
    ])
  })

  it('says past the chart what is notified while nobody looks at that, but what came before it in its order', () => {
    world.heard = []
    const report = moored()
    report({ type: 'notification', notification: { ...notification, payload: 'early' } })
    world.start(session)
    report({ type: 'notification', notification })
    expect(world.told).toEqual([
      { type: 'session.notified', notification: { ...notification, payload: 'early' } },
    ])
    expect(world.heard).toEqual([notification])
  })

  it('says of its loss what was going on, and since when it is silent', () => {
    const report = moored()
    world.office.mailbox.openGate()
    world.office.lease('transaction')
    world.wire.lastByteAt = 123
    world.start(session)
    report(lost())
    expect(world.told).toMatchObject([
      { type: 'session.lost', silentSince: 123, failure: { kind: 'network', phase: 'inTransaction' } },
    ])
  })

  it('says nothing once it is left', () => {
    const report = moored()
    world.start(session)()
    report(lost())
    expect(world.told).toEqual([])
  })
})

describe('hanging up', () => {
  it('closes the session, and only then asks the schedule', async () => {
    moored()
    world.start(hangUp)
    await world.settle()
    expect([world.told, world.wire.calls, world.berth.wire]).toEqual([[], ['end'], undefined])
    world.wire.close()
    await world.settle()
    expect(world.told).toEqual([{ type: 'hungUp', delayMs: 250 }])
  })

  it('cuts off where no goodbye would be heard', async () => {
    moored()
    world.start(hangUp, { manner: 'cut' })
    await world.settle()
    expect(world.wire.calls).not.toContain('end')
    expect(world.types).toEqual(['hungUp'])
  })

  it('is done at once when there is nothing to close', async () => {
    world.start(hangUp)
    await world.settle()
    expect(world.types).toEqual(['hungUp'])
  })

  it('waits for a session that another began to close', async () => {
    moored()
    world.start(hangUp)()
    world.start(hangUp)
    await world.settle()
    expect(world.told).toEqual([])
    world.wire.close()
    await world.settle()
    expect(world.types).toEqual(['hungUp'])
  })
})

describe('draining', () => {
  it('is over when all is settled, and says nothing when it is left before', async () => {
    world.start(drain)()
    world.drained?.resolve()
    await world.settle()
    expect(world.told).toEqual([])
    world.start(drain)
    world.drained?.resolve()
    await world.settle()
    expect(world.types).toEqual(['drained'])
  })
})

describe('the monitors of a session', () => {
  it('report that it is dead, or to be replaced, and end with it', () => {
    moored()
    world.wire.lastByteAt = 99
    const leave = world.start(session, { isWatched: true })
    world.watch?.report({ message: 'no answer', code: 'X' })
    world.watch?.retire('too old')
    expect(world.told).toMatchObject([
      {
        type: 'session.lost',
        silentSince: 99,
        failure: { kind: 'monitor', message: 'no answer', code: 'X' },
      },
      { type: 'retire', reason: 'too old' },
    ])
    leave()
    expect(world.isWatched).toBe(false)
  })

  it('do not begin for a session that is only let finish', () => {
    moored()
    world.start(session)
    expect(world.isWatched).toBe(false)
  })
})

describe('an actor of a machine that nobody has wired', () => {
  it('says so', () => {
    const machine = setup({ actors: { dial } }).createMachine({
      invoke: { src: 'dial', input: { identity: { name: 'nobody' } } as never },
    })
    const errors: unknown[] = []
    const actor = createActor(machine)
    actor.subscribe({ error: (error) => errors.push(error) })
    actor.start()
    expect(String(errors[0])).toContain('no connection is wired to this machine')
  })
})
