// The pure machine, led along a trace: guards judge and contexts change as they did, nothing is done. What guards ask of the
// world outside is read off the transition that was taken: that it was taken is how the world answered.
import {
  type AnyMachineSnapshot,
  type AnyTransitionDefinition,
  createEmptyActor,
  type InspectionEvent,
  transition,
} from 'xstate'
import { invalidOption } from '../errors/invalid-option-error.ts'
import { edgeIds } from './edge-ids.ts'
import { type Replayable, replayable } from './replayable.ts'
import { type ReplayableStep, replayedEvent } from './replayed-event.ts'
import { statePath, stateValue } from './state-path.ts'
import { isOurs, type TraceHeader } from './trace-format.ts'

/**
 * A chart in the situation in which a trace begins: a connection's, unless `machine` names another.
 *
 * @example
 * ```ts
 * import { ReplayedChart } from 'pg-supervisor/machines'
 *
 * const chart = new ReplayedChart({ state: 'idle' })
 * console.log(chart.take({ event: 'connect', took: ['idle/connect/0'] })) // 'connecting.dialing'
 * ```
 *
 * @throws {InvalidOptionError} for a machine that is none of ours
 */
export class ReplayedChart {
  readonly #replayable: Replayable
  readonly #ids: ReadonlyMap<object, string>
  readonly #transitions: ReadonlyMap<string, object>
  #snapshot: AnyMachineSnapshot
  #now = 0
  #yes: ReadonlySet<string> = new Set()
  #took: string[] = []

  constructor(
    beginning: Pick<TraceHeader, 'state'> & Partial<Pick<TraceHeader, 'machine' | 'context' | 'at'>>,
  ) {
    const { machine = 'connection', state, context = {}, at = 0 } = beginning
    if (!isOurs(machine)) throw invalidOption('machine', 'connection, pool or supervisor', machine)
    const world = { now: () => this.#now, says: (guard: string) => this.#yes.has(guard) }
    this.#replayable = replayable(machine, world)
    this.#ids = edgeIds(this.#replayable.machine.root)
    this.#transitions = new Map([...this.#ids].map(([taken, id]) => [id, taken]))
    this.#snapshot = this.#at(state, this.#replayable.contextOf(context, at))
  }

  /** Whose chart it is. */
  get machine(): string {
    return this.#replayable.machine.id
  }

  /** Where it is now: 'attached.querying' */
  get state(): string {
    return statePath(this.#snapshot.value)
  }

  /** The transitions of the last step. */
  get took(): readonly string[] {
    return this.#took
  }

  get context(): Readonly<Record<string, unknown>> {
    return this.#snapshot.context as Record<string, unknown>
  }

  /** Tells the chart what a step tells; returns the state it leads to. */
  take(step: ReplayableStep): string {
    const { machine } = this.#replayable
    this.#yes = this.#answersIn(step.took)
    this.#now = step.at ?? this.#now
    this.#took = []
    const hear = (event: InspectionEvent): void => {
      if (event.type !== '@xstate.microstep') return
      for (const taken of event._transitions) this.#took.push(this.#ids.get(taken) ?? 'unknown')
    }
    const logic: typeof machine = Object.assign({}, machine, {
      transition: (...[snapshot, event, scope]: Parameters<typeof machine.transition>) => {
        scope.system.inspect(hear)
        return machine.transition(snapshot, event, scope)
      },
    })
    const event = replayedEvent(step, this.#snapshot)
    const [next] = transition(logic, this.#snapshot as never, event as never)
    this.#snapshot = next as AnyMachineSnapshot
    return this.state
  }

  /** Goes on from elsewhere, as after a difference. */
  moveTo(state: string): void {
    if (state !== this.state) this.#snapshot = this.#at(state, this.#snapshot.context as object)
  }

  #at(state: string, context: object): AnyMachineSnapshot {
    const resolved = this.#replayable.machine.resolveState({
      value: stateValue(state),
      context,
    })
    // A pool speaks to its members, so they have to be there.
    const { members = {} } = context as { members?: object }
    const children = Object.fromEntries(Object.keys(members).map((id) => [id, createEmptyActor()]))
    return Object.assign(resolved, { children })
  }

  /** The guards of the transitions taken; those before them said no, and so does whatever is not asked. */
  #answersIn(took: readonly string[]): ReadonlySet<string> {
    return new Set(took.flatMap((id) => guardOf(this.#transitions.get(id)) ?? []))
  }
}

function guardOf(taken: object | undefined): string | undefined {
  const guard: unknown = (taken as AnyTransitionDefinition | undefined)?.guard
  return typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type
}
