import { createActor, setup } from 'xstate'
import type { Notification, WireFact } from '../../src/drivers/driver.ts'
import type { ConnectionFact } from '../../src/machines/connection.events.ts'
import { Berth } from '../../src/machines/session/berth.ts'
import type { dial } from '../../src/machines/session/dial.actor.ts'
import { connectWiring, type MonitorWatch, type Wiring } from '../../src/machines/wiring.ts'
import { ScriptedWire } from '../../src/model/scripted-wire.ts'
import { beginRound } from '../../src/topology/round.ts'
import type { TargetSessionAttrs } from '../../src/topology/session-role.ts'
import type { Target } from '../../src/topology/target.ts'
import { PostOffice } from './post-office.ts'

type Settle<T> = { resolve(value: T): void; reject(error: unknown): void; signal: AbortSignal | undefined }

/** A connection in which everything but the actors under test is done by hand. */
export class ActingWorld {
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
  targets: Target[] = [{ host: 'db', port: 5432 }]
  wanted: TargetSessionAttrs = 'any'
  readonly visited: string[] = []
  /** Hosts that could not be reached. */
  readonly down: string[] = []
  /** Hosts that may be tried; undefined = all, as long as there is room. */
  free: Set<string> | undefined
  inspect: (target: Target) => Promise<void> | undefined = () => undefined
  hasRoom = true
  watch: MonitorWatch | undefined
  /** Nobody looks at the chart: notifications go past it, to here. */
  heard: Notification[] | undefined
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
      ['succeeded', 'unfit', 'failed', 'released'].map((how) => [how, () => this.permits.push(how)]),
    )
    return {
      clock: office.clock,
      mailbox: office.mailbox,
      berth,
      connectTimeoutMs: 10_000,
      isHopeless: () => this.isHopeless,
      stormLimit: ({ host }: Target) => ({
        tryAcquire: () => (this.hasRoom && this.free?.has(host) !== false ? permit : undefined),
        acquire: (signal: AbortSignal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
      beginRound: () => beginRound(this.targets, this.wanted),
      inspect: (target: Target) => this.inspect(target),
      hostFailed: ({ host }: Target) => this.down.push(host),
      heardParameter: () => undefined,
      openWire: ({ host }: Target, report: ActingWorld['report']) => {
        this.report = report
        this.visited.push(host)
        return this.openWire()
      },
      prepare: (_: unknown, signal: AbortSignal) => waiting((settle) => (this.preparation = settle), signal),
      recover: (signal: AbortSignal) => waiting((settle) => (this.recovery = settle), signal),
      hear: (notification: Notification) => this.heard !== undefined && this.heard.push(notification) > 0,
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
