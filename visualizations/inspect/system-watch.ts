// Hears everything that goes on in the actor system of one connection or pool, and publishes each step of each of its
// charts. It runs inside of their transitions: what goes wrong here must not go wrong there.
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  ChartNode,
  InspectionEvent,
} from '../../src/machines/chart-node.ts'
import { edgeIds } from '../../src/traces/edge-ids.ts'
import { definitionOf } from '../wire/definition.ts'
import { Service, type WireEvent, type WireState } from '../wire/service.ts'
import { type Line, register, tellEvent, tellState, tellStop } from '../wire/speak.ts'
import { contextData, eventData } from './projection.ts'

/** Where the messages go. */
export interface Outlet {
  introduce(sessionId: string, line: string): void
  forget(sessionId: string): void
  say(line: string): void
}

interface Sent {
  readonly event: object
  readonly at: number
  readonly origin: string | undefined
}

/** One chart: its costume for the wire, and what has happened since its last step. */
interface Watched {
  readonly service: Service
  readonly ids: ReadonlyMap<object, string>
  /** Sent and not answered yet, in order. */
  sent: Sent[]
  taken: string[]
  actions: { type: string }[]
  /** To be published after the step that is under way. */
  told: WireEvent[]
}

let lastSession = 0

/** Unix milliseconds, by the monotonic clock. */
export const now = (): number => performance.timeOrigin + performance.now()

export class SystemWatch {
  readonly #outlet: Outlet
  readonly #name: string
  readonly #watched = new Map<object, Watched>()
  readonly #line: Line
  readonly #stop: { unsubscribe(): void }
  /** More of an event, from elsewhere. */
  readonly #details: (event: { type: string }) => object
  #isBroken = false

  constructor(
    actor: AnyActorRef,
    name: string,
    outlet: Outlet,
    details: (event: { type: string }) => object = () => ({}),
  ) {
    this.#outlet = outlet
    this.#name = name
    this.#details = details
    this.#line = (text) => this.#outlet.say(text)
    this.#harmlessly(() => this.#meet(actor, actor.getSnapshot() as AnyMachineSnapshot))
    this.#stop = actor.system.inspect((event) => this.#harmlessly(() => this.#hear(event)))
  }

  /** Publishes something that the chart does not hear of, in the name of its root. */
  tell(data: { type: string; [field: string]: unknown }): void {
    this.#harmlessly(() => {
      const [root] = this.#watched.values()
      if (root === undefined) return
      const told = wireEvent(data, now(), undefined)
      // In the midst of a step: it comes after the event that it came of.
      if (root.sent.length > 0) root.told.push(told)
      else tellEvent(root.service, told, this.#line)
    })
  }

  get sessionId(): string | undefined {
    const [root] = this.#watched.values()
    return root?.service.sessionId
  }

  close(): void {
    this.#stop.unsubscribe()
    for (const actor of [...this.#watched.keys()]) this.#harmlessly(() => this.#leave(actor))
  }

  /** An observer that throws would lose the transition it observes: at its first fault it is switched off. */
  #harmlessly(work: () => void): void {
    if (this.#isBroken) return
    try {
      work()
    } catch (error) {
      this.#isBroken = true
      const { name } = error as Error
      process.emitWarning(`the inspector of ${this.#name} has failed and is switched off (${name})`)
    }
  }

  #hear(inspected: InspectionEvent): void {
    const { actorRef } = inspected
    if (inspected.type === '@xstate.snapshot' && !this.#watched.has(actorRef))
      this.#meet(actorRef as AnyActorRef, inspected.snapshot as AnyMachineSnapshot)
    const watched = this.#watched.get(actorRef)
    if (watched === undefined) return
    switch (inspected.type) {
      case '@xstate.event':
        watched.sent.push({
          event: inspected.event,
          at: now(),
          origin: idOf(inspected.sourceRef as AnyActorRef | undefined),
        })
        break
      case '@xstate.action':
        if (!inspected.action.type.startsWith('xstate.'))
          watched.actions.push({ type: inspected.action.type })
        break
      case '@xstate.microstep':
        for (const transition of inspected._transitions) {
          const id = watched.ids.get(transition)
          if (id !== undefined) watched.taken.push(id)
        }
        break
      case '@xstate.snapshot':
        this.#step(watched, inspected.event, inspected.snapshot as AnyMachineSnapshot)
        if (inspected.snapshot.status !== 'active') this.#leave(actorRef)
        break
      case '@xstate.actor':
      case '@xstate.transition':
        break
      default:
        inspected satisfies never
    }
  }

  /** Only charts are shown; promises and callbacks have none. */
  #meet(actor: AnyActorRef, snapshot: AnyMachineSnapshot): void {
    const root = (actor as { logic?: { root?: ChartNode } }).logic?.root
    if (root === undefined || this.#watched.has(actor)) return
    const isRoot = this.#watched.size === 0
    const id = isRoot ? this.#name : `${this.#name} › ${actor.id}`
    const sessionId = `${root.id}:${++lastSession}`
    const state = stateOf(snapshot, wireEvent({ type: 'xstate.init' }, now(), undefined), [], [])
    const service = new Service({ id, sessionId, definition: definitionOf(root), state })
    this.#watched.set(actor, { service, ids: edgeIds(root), sent: [], taken: [], actions: [], told: [] })
    let isFirst = true
    register(service, (text) => {
      if (isFirst) this.#outlet.introduce(sessionId, text)
      else this.#outlet.say(text)
      isFirst = false
    })
  }

  #leave(actor: object): void {
    const watched = this.#watched.get(actor)
    if (watched === undefined) return
    this.#watched.delete(actor)
    tellStop(watched.service, this.#line)
    this.#outlet.forget(watched.service.sessionId)
  }

  #step(watched: Watched, event: { type: string }, snapshot: AnyMachineSnapshot): void {
    const { service, taken, actions } = watched
    const index = watched.sent.findIndex((sent) => sent.event === event)
    const sent = watched.sent[index]
    if (index >= 0) watched.sent.splice(0, index + 1)
    watched.taken = []
    watched.actions = []
    const data = { ...eventData(event), ...this.#details(event) }
    const told = wireEvent(data, sent?.at ?? now(), sent?.origin)
    const edges = taken.length > 0 ? taken : shortcutOf(event, snapshot)
    tellEvent(service, told, this.#line)
    tellState(service, stateOf(snapshot, told, edges, actions), this.#line)
    for (const late of watched.told.splice(0)) tellEvent(service, late, this.#line)
  }
}

/** The two transitions that a busy connection takes without the chart's algorithm (machines/fast-path.ts). */
function shortcutOf({ type }: { type: string }, { value }: AnyMachineSnapshot): string[] {
  const isAttached = typeof value === 'object' && 'attached' in value
  const isShort = isAttached && (type === 'statement' || type === 'session.notified')
  return isShort ? [`attached/${type}/0`] : []
}

const idOf = (actor: { id?: string } | undefined): string | undefined => actor?.id

const wireEvent = (
  data: { type: string; [field: string]: unknown },
  at: number,
  origin: string | undefined,
): WireEvent => ({ $$type: 'scxml', type: 'external', name: data.type, data, origin, at })

const stateOf = (
  { value, context }: AnyMachineSnapshot,
  _event: WireEvent,
  transitions: readonly string[],
  actions: readonly { type: string }[],
): WireState => ({ value, context: contextData(context), _event, transitions, actions })
