// The pure machine, led along a trace: guards judge and contexts change as they did, nothing is done. What guards ask of the
// world outside is read off the transition that was taken: that it was taken is how the world answered.
import {
  type AnyMachineSnapshot,
  type AnyTransitionDefinition,
  type InspectionEvent,
  transition,
} from 'xstate'
import { initialContext } from '../machines/connection.context.ts'
import { connectionMachine } from '../machines/connection.machine.ts'
import { connectWiring, type Identity, type Wiring } from '../machines/wiring.ts'
import { edgeIds } from './edge-ids.ts'
import { type ReplayableStep, replayedEvent, replayedFailure } from './replayed-event.ts'
import { statePath, stateValue } from './state-path.ts'
import type { TracedData, TraceHeader } from './trace-format.ts'

const transitions = new Map(
  [...edgeIds(connectionMachine.root)].map(([object, id]) => [id, object as AnyTransitionDefinition]),
)

/**
 * The chart of a connection in the situation in which a trace begins.
 *
 * @example
 * ```ts
 * import { ReplayedChart } from 'pg-supervisor/machines'
 *
 * const chart = new ReplayedChart({ state: 'idle' })
 * console.log(chart.take({ event: 'connect', took: ['idle/connect/0'] })) // 'connecting.dialing'
 * ```
 */
export class ReplayedChart {
  readonly #identity: Identity = { name: 'replayed' }
  #snapshot: AnyMachineSnapshot
  #now = 0
  #yes: ReadonlySet<string> = new Set()
  #took: string[] = []

  constructor(beginning: Pick<TraceHeader, 'state'> & Partial<Pick<TraceHeader, 'context' | 'at'>>) {
    connectWiring(this.#identity, this.#wiring() as Wiring)
    this.#snapshot = this.#situation(beginning.state, beginning.context ?? {}, beginning.at ?? 0)
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
    this.#yes = answersIn(step.took)
    this.#now = step.at ?? this.#now
    this.#took = []
    const hear = (event: InspectionEvent): void => {
      if (event.type !== '@xstate.microstep') return
      const ids = edgeIds(connectionMachine.root)
      for (const taken of event._transitions) this.#took.push(ids.get(taken) ?? 'unknown')
    }
    const logic: typeof connectionMachine = Object.assign({}, connectionMachine, {
      transition: (...[snapshot, event, scope]: Parameters<typeof connectionMachine.transition>) => {
        scope.system.inspect(hear)
        return connectionMachine.transition(snapshot, event, scope)
      },
    })
    const event = replayedEvent(step, this.#snapshot)
    const [next] = transition(logic, this.#snapshot as never, event as never)
    this.#snapshot = next
    return this.state
  }

  /** Goes on from elsewhere, as after a difference. */
  moveTo(state: string): void {
    if (state !== this.state) this.#snapshot = this.#at(state, this.#snapshot.context as object)
  }

  #situation(state: string, traced: TracedData, at: number): AnyMachineSnapshot {
    const { failure, retiring, session, ...rest } = traced
    const context = {
      ...initialContext({ input: { identity: this.#identity } }),
      ...rest,
      failure: failure === undefined ? undefined : replayedFailure(failure as TracedData, at),
      retiring: retiring === true ? 'replayed' : undefined,
      session: session === undefined ? undefined : { processId: 0, host: { host: 'replayed', port: 0 } },
    }
    return this.#at(state, context)
  }

  #at(state: string, context: object): AnyMachineSnapshot {
    return connectionMachine.resolveState({ value: stateValue(state), context: context as never })
  }

  #wiring(): object {
    const says = (guard: string): boolean => this.#yes.has(guard)
    return {
      clock: { now: () => this.#now },
      isDead: () => says('isDead'),
      isHopeless: () => says('isHopeless'),
      find: () => ({
        lane: { kind: says('isOngoing') ? 'transaction' : 'autocommit' },
        isPatient: says('mayWait'),
      }),
      get isInDoubt() {
        return says('isInDoubt')
      },
      mailbox: {
        get isQuiet() {
          return says('isQuietAndSupervised')
        },
      },
      berth: { wire: undefined },
      counts: () => ({ inFlight: 0, queued: 0 }),
    }
  }
}

/** The guards of the transitions taken; those before them said no, and so does whatever is not asked. */
function answersIn(took: readonly string[]): ReadonlySet<string> {
  return new Set(took.flatMap((id) => guardOf(transitions.get(id)) ?? []))
}

function guardOf(taken: AnyTransitionDefinition | undefined): string | undefined {
  const guard: unknown = taken?.guard
  return typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type
}
