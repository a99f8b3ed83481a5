// Walks the real chart through everything that can be said to it, without starting an actor: guards and assigns run,
// actions are read instead of done.
import { type SnapshotFrom, transition } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { defaultDeathChecker } from '../../src/detectors/default-death-checker.ts'
import { defaultHopelessChecker } from '../../src/detectors/default-hopeless-checker.ts'
import type { MachineNotice } from '../../src/machines/connection.events.ts'
import { type ConnectionMachine, connectionMachine } from '../../src/machines/connection.machine.ts'
import { connectWiring, type Identity, type Wiring } from '../../src/machines/wiring.ts'
import { type AnyEvent, alphabet, now, statements } from './alphabet.ts'

export interface Variant {
  readonly isSupervised: boolean
  readonly waitsWhileDown: boolean
  /** What the mailbox says when it is asked. */
  readonly isQuiet: boolean
  /** A COMMIT was lost with its session. */
  readonly isInDoubt: boolean
}

export type Situation = string

export interface Edge {
  readonly variant: Variant
  readonly from: Situation
  readonly to: Situation
  /** Their states: 'attached.inTransaction.waiting' */
  readonly source: string
  readonly target: string
  readonly event: AnyEvent
  readonly before: SnapshotFrom<typeof connectionMachine>
  readonly after: SnapshotFrom<typeof connectionMachine>
  /** The names of the chart's own actions, in order. */
  readonly actions: readonly string[]
  readonly emitted: readonly MachineNotice[]
  /** Of the chart's own timers, in order. */
  readonly timerCalls: readonly { readonly id: string; readonly isSet: boolean }[]
}

/** Each pair of answers in one of them; no guard reads more than two. */
export const variants: readonly Variant[] = [
  { isSupervised: true, waitsWhileDown: true, isQuiet: true, isInDoubt: true },
  { isSupervised: true, waitsWhileDown: false, isQuiet: false, isInDoubt: false },
  { isSupervised: false, waitsWhileDown: true, isQuiet: false, isInDoubt: true },
  { isSupervised: false, waitsWhileDown: false, isQuiet: true, isInDoubt: false },
]

/** What the chart can still decide by: its state, and whatever of the context a guard reads. All else is only told. */
export function situationOf({ value, context, children }: SnapshotFrom<typeof connectionMachine>): Situation {
  const { word, triesUntil, cameFrom, delayMs, silentSince, retiring } = context
  return JSON.stringify({
    value,
    word,
    triesUntil,
    cameFrom,
    delayMs,
    retiring,
    isRecovery: silentSince !== undefined,
    children: Object.keys(children),
  })
}

const path = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([outer, inner]) => `${outer}.${path(inner)}`)[0]!
    : String(value)

/** What guards ask of the world outside, and no more. */
function wiringFor({ isQuiet, isInDoubt }: Variant): Identity {
  const identity: Identity = { name: 'explored' }
  const lanes: Record<number, string> = { [statements.exclusive]: 'transaction' }
  const wiring = {
    clock: { now: () => now },
    isDead: defaultDeathChecker,
    isHopeless: defaultHopelessChecker,
    mailbox: { isQuiet },
    isInDoubt,
    berth: { wire: undefined },
    counts: () => ({ inFlight: 0, queued: 0 }),
    find: (id: number) => ({
      lane: { kind: lanes[id] ?? 'autocommit' },
      isPatient: id === statements.patient,
    }),
  }
  connectWiring(identity, wiring as unknown as Wiring)
  return identity
}

type Step = Pick<Edge, 'after' | 'actions' | 'emitted' | 'timerCalls'>

function step(chart: ConnectionMachine, before: Edge['before'], event: AnyEvent): Step {
  const [after, executable] = transition(chart, before, event as never)
  const calls = executable as readonly { type: string; params: unknown }[]
  const paramsOf = <P>(...types: string[]) =>
    calls.filter(({ type }) => types.includes(type)).map(({ params }) => params as P)
  const timerCalls = paramsOf<{ id?: string; sendId?: string }>('xstate.raise', 'xstate.cancel')
  return {
    after,
    actions: calls.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
    emitted: paramsOf<{ event: MachineNotice }>('xstate.emit').map((params) => params.event),
    timerCalls: timerCalls.map(({ id, sendId }) => ({ id: (id ?? sendId)!, isSet: id !== undefined })),
  }
}

/** What the chart does when something is said to it. */
export function edgeOf(
  variant: Variant,
  before: Edge['before'],
  event: AnyEvent,
  chart: ConnectionMachine = connectionMachine,
): Edge {
  const taken = step(chart, before, event)
  return {
    ...taken,
    before,
    event,
    variant,
    from: situationOf(before),
    to: situationOf(taken.after),
    source: path(before.value),
    target: path(taken.after.value),
  }
}

export function explore(variant: Variant): Edge[] {
  const { isSupervised, waitsWhileDown } = variant
  const edges: Edge[] = []
  // The traversal asks for every transition once; what it throws away, the actions, is kept on the way.
  const logic: ConnectionMachine = Object.assign(Object.create(connectionMachine) as ConnectionMachine, {
    transition: (before: Edge['before'], event: AnyEvent) => {
      const edge = edgeOf(variant, before, event)
      edges.push(edge)
      return edge.after
    },
  })
  getAdjacencyMap(logic as never, {
    input: { identity: wiringFor(variant), isSupervised, waitsWhileDown },
    events: alphabet,
    serializeState: situationOf as never,
    limit: 1_000_000,
  })
  return edges
}
