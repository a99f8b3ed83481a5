import { beforeEach, describe, expect, it } from 'vitest'
import { createActor, setup } from 'xstate'
import type { WireFact } from '../../../src/drivers/driver.ts'
import type { ConnectionFact } from '../../../src/machines/connection.events.ts'
import { Berth } from '../../../src/machines/session/berth.ts'
import { dial } from '../../../src/machines/session/dial.actor.ts'
import { drain, hangUp, restore, session } from '../../../src/machines/session/session.actors.ts'
import { connectWiring, type MonitorWatch, type Wiring } from '../../../src/machines/wiring.ts'
import { PostOffice } from '../../support/post-office.ts'
import { ScriptedWire } from '../../support/scripted-wire.ts'

type Settle<T> = { resolve(value: T): void; reject(error: unknown): void; signal: AbortSignal | undefined }

/** A connection in which everything but the actors under test is done by hand. */
class World {
  readonly office = new PostOffice()
  readonly berth = new Berth()
  readonly wire = new ScriptedWire()
  readonly permits: string[] = []
  readonly told: ConnectionFact[] = []
  report: (fact: WireFact) => void = () => undefined
  openWire = () => this.wire
  preparation: Settle<{ listeningSince: number; channels: string[] }> | undefined
  recovery: Settle<void> | undefined
  isHopeless = false
  hasRoom = true
  watch: MonitorWatch | undefined
  isWatched = false
  drained: Settle<void> | undefined

  start(actor: typeof dial, input: object = {}) {
    const identity = { name: 'acting' }
    connectWiring(identity, this.#wiring())
    const parent = setup({ actors: { actor } }).createMachine({
      invoke: { src: 'actor', input: { identity, ...input } as never },
      on: { '*': { actions: ({ event }) => this.told.push(event as unknown as ConnectionFact) } },
    })
    const running = createActor(parent)
    running.subscribe({ error: () => undefined })
    running.start()
    return () => running.stop()
  }

  /** Lets promises settle. */
  settle(): Promise<void> {
    return this.office.turn()
  }

  async pass(ms: number): Promise<void> {
    await this.office.clock.advanceAsync(ms)
    await this.settle()
  }

  get types(): string[] {
    return this.told.map(({ type }) => type)
  }

  #wiring(): Wiring {
    const { office, berth } = this
    const waiting = <T>(keep: (settle: Settle<T>) => void, signal?: AbortSignal) =>
      new Promise<T>((resolve, reject) => keep({ resolve, reject, signal }))
    const permit = Object.fromEntries(
      ['succeeded', 'failed', 'released'].map((how) => [how, () => this.permits.push(how)]),
    )
    return {
      clock: office.clock,
      mailbox: office.mailbox,
      berth,
      connectTimeoutMs: 10_000,
      isHopeless: () => this.isHopeless,
      stormLimit: () => ({
        tryAcquire: () => (this.hasRoom ? permit : undefined),
        acquire: (signal: AbortSignal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
      openWire: (report: World['report']) => {
        this.report = report
        return this.openWire()
      },
      prepare: (_: unknown, signal: AbortSignal) => waiting((settle) => (this.preparation = settle), signal),
      recover: (signal: AbortSignal) => waiting((settle) => (this.recovery = settle), signal),
      startMonitors: (watch: MonitorWatch) => {
        this.watch = watch
        this.isWatched = true
        return () => {
          this.isWatched = false
        }
      },
      nextDelay: () => 250,
      drained: () => waiting<void>((settle) => (this.drained = settle)),
    } as unknown as Wiring
  }
}

let world: World
beforeEach(() => {
  world = new World()
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
