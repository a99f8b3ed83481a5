// The chart as a running actor, with nothing behind it: what it does is written down, what happens to it is sent by hand.
import { type ActorRefFrom, createActor, fromCallback } from 'xstate'
import { defaultDeathChecker } from '../../src/detectors/default-death-checker.ts'
import { defaultHopelessChecker } from '../../src/detectors/default-hopeless-checker.ts'
import { type ConnectionMachine, connectionMachine } from '../../src/machines/connection.machine.ts'
import { connectWiring, type Identity, type Wiring } from '../../src/machines/wiring.ts'
import { VirtualClock } from '../../src/model/virtual-clock.ts'

export interface ChartActor {
  readonly actor: ActorRefFrom<ConnectionMachine>
  readonly clock: VirtualClock
  /** What the chart emitted and what it asked of its wiring, in order. */
  readonly record: unknown[][]
}

export interface Circumstances {
  readonly isSupervised?: boolean
  readonly waitsWhileDown?: boolean
  readonly isQuiet?: boolean
  readonly isInDoubt?: boolean
  /** Makes another logic of the chart. */
  readonly logic?: (machine: ConnectionMachine) => ConnectionMachine
}

const silent = fromCallback(() => undefined)
const charts = connectionMachine.provide({
  actors: { dial: silent, resolve: silent, restore: silent, session: silent, hangUp: silent, drain: silent },
} as never)

const asked = [
  'renewSchedule',
  'openGate',
  'accept',
  'hold',
  'refuse',
  'lose',
  'refuseWaiting',
  'shut',
] as const satisfies (keyof Wiring)[]

/** Statements with an odd id belong to a transaction, those over 100 wait whatever whileDown says. */
export function startChart({
  isSupervised,
  waitsWhileDown,
  isQuiet,
  isInDoubt,
  logic,
}: Circumstances = {}): ChartActor {
  const clock = new VirtualClock(1000)
  const record: unknown[][] = []
  const identity: Identity = { name: 'charted' }
  const wiring = {
    ...Object.fromEntries(
      asked.map((name) => [name, (...args: unknown[]) => void record.push([name, ...args])]),
    ),
    clock,
    isDead: defaultDeathChecker,
    isHopeless: defaultHopelessChecker,
    mailbox: { isQuiet: isQuiet ?? true },
    isInDoubt: isInDoubt ?? false,
    berth: { wire: undefined },
    counts: () => ({ inFlight: 1, queued: 2 }),
    watchRequests: () => () => undefined,
    find: (id: number) => ({
      lane: { kind: id % 2 === 1 ? 'transaction' : 'autocommit' },
      isPatient: id > 100,
    }),
  }
  connectWiring(identity, wiring as unknown as Wiring)
  const actor = createActor(logic === undefined ? charts : logic(charts), {
    input: { identity, isSupervised: isSupervised ?? true, waitsWhileDown: waitsWhileDown ?? false },
    clock,
  })
  actor.subscribe({ error: (error) => record.push(['broken', error]) })
  actor.on('*', (notice) => record.push(['emitted', notice]))
  actor.start()
  return { actor, clock, record }
}
