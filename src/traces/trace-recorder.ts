// Listens to a running machine and keeps its last steps, redacted as they come: nothing that users wrote is held back here.
// What is answered alike in a row is one step with a count, so that a busy connection costs little and a trace stays short.
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition, InspectionEvent } from 'xstate'
import type { Request } from '../machines/mailbox/request.ts'
import type { RequestWatcher } from '../machines/mailbox/request-watch.ts'
import { nowOf, wiringOf } from '../machines/wiring.ts'
import { edgeIds, eventName } from './edge-ids.ts'
import { tracedContext, tracedData } from './redaction.ts'
import { Ring } from './ring.ts'
import { statePath } from './state-path.ts'
import {
  type TracedData,
  type TracedSettlements,
  type TraceHeader,
  type TraceLine,
  type TraceStep,
  traceVersion,
} from './trace-format.ts'

type Growing<T> = { -readonly [K in keyof T]: T[K] }
type Step = Omit<Growing<TraceStep>, 'settled'> & { settled?: Growing<TracedSettlements> }

/** Come in floods, and say nothing that a trace may tell. */
const repeatable: ReadonlySet<string> = new Set(['statement', 'session.notified'])

export interface Recorded {
  readonly name: string
  readonly actor: AnyActorRef
  readonly pending: number
}

export class TraceRecorder implements RequestWatcher {
  readonly #recorded: Recorded
  readonly #steps: Ring<Step>
  readonly #stepTaken: (step: TraceStep, before: string) => void
  readonly #known: ReadonlySet<string>
  readonly #ids: ReadonlyMap<object, string>
  readonly #asked = new Map<number, number>()
  readonly #endings: (() => void)[] = []
  #header: Growing<TraceHeader>
  #last: Step | undefined
  #snapshot: AnyMachineSnapshot
  #state: string
  #took: string[] = []
  /** No microstep was told: the fast path answered. */
  #isFast = true
  /** What the fast path answered last, where nothing else came between. */
  #fastRun: string | undefined

  constructor(
    recorded: Recorded,
    limit: number,
    stepTaken: (step: TraceStep, before: string) => void = () => undefined,
  ) {
    this.#recorded = recorded
    this.#steps = new Ring(limit)
    this.#stepTaken = stepTaken
    this.#snapshot = recorded.actor.getSnapshot() as AnyMachineSnapshot
    const { machine, context, value } = this.#snapshot
    this.#known = new Set(machine.events as string[])
    this.#ids = edgeIds(machine.root)
    this.#state = statePath(value)
    this.#header = {
      type: 'trace',
      version: traceVersion,
      machine: machine.id,
      actor: recorded.actor.sessionId,
      name: recorded.name,
      at: this.#now(),
      state: this.#state,
      context: tracedContext(context),
      dropped: 0,
    }
    const watching = recorded.actor.system.inspect((event) => this.#fenced(() => this.#hear(event)))
    this.#endings.push(() => watching.unsubscribe())
    const leave = wiringOf(context as never)?.watchRequests(this)
    if (leave !== undefined) this.#endings.push(leave)
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end()
  }

  lines(): TraceLine[] {
    return [{ ...this.#header }, ...[...this.#steps].map((step) => ({ ...step }))]
  }

  asked({ id }: Request): void {
    this.#asked.set(id, this.#now())
  }

  written(): void {
    // How long it waited is nothing that a step tells.
  }

  settled({ id }: Request, error: unknown): void {
    const since = this.#asked.get(id)
    if (since === undefined) return
    this.#asked.delete(id)
    if (this.#last === undefined) return
    const ms = this.#now() - since
    const before = this.#last.settled
    if (before === undefined) {
      this.#last.settled = { count: 1, failed: error === undefined ? 0 : 1, totalMs: ms, slowestMs: ms }
      return
    }
    before.count++
    if (error !== undefined) before.failed++
    before.totalMs += ms
    if (ms > before.slowestMs) before.slowestMs = ms
  }

  #hear(event: InspectionEvent): void {
    if (event.actorRef !== this.#recorded.actor) return
    if (event.type === '@xstate.microstep') {
      this.#isFast = false
      for (const transition of event._transitions) this.#took.push(this.#idOf(transition))
    } else if (event.type === '@xstate.snapshot') {
      this.#note(event.event, event.snapshot as AnyMachineSnapshot)
    }
  }

  #note(event: { readonly type: string }, snapshot: AnyMachineSnapshot): void {
    if (this.#isFast && this.#fastRun === event.type && snapshot === this.#snapshot) {
      this.#again(this.#last as Step)
      return
    }
    const isRepeatable = repeatable.has(event.type)
    const isFast = this.#isFast && isRepeatable
    const took = isFast ? this.#wouldTake(event) : this.#took
    const last = this.#last
    const isAgain =
      isRepeatable && last?.event === event.type && sameWay(last.took, took) && this.#isUnmoved(snapshot)
    if (last !== undefined && isAgain) this.#again(last)
    else this.#push(this.#stepOf(event, took, snapshot))
    this.#fastRun = isFast ? event.type : undefined
    this.#took = []
    this.#isFast = true
    this.#snapshot = snapshot
  }

  #again(step: Step): void {
    step.count = (step.count ?? 1) + 1
    step.until = this.#now()
  }

  #isUnmoved({ value, context }: AnyMachineSnapshot): boolean {
    return context === this.#snapshot.context && statePath(value) === this.#state
  }

  #wouldTake(event: { readonly type: string }): string[] {
    const transitions = this.#snapshot.machine.getTransitionData(this.#snapshot, event)
    return transitions.map((transition) => this.#idOf(transition))
  }

  #stepOf(event: { readonly type: string }, took: string[], snapshot: AnyMachineSnapshot): Step {
    const isKnown = this.#known.has(event.type) || event.type.startsWith('xstate.')
    const data: TracedData | undefined = isKnown ? tracedData(event) : undefined
    const state = snapshot.value === this.#snapshot.value ? this.#state : statePath(snapshot.value)
    return {
      type: 'step',
      actor: this.#header.actor,
      at: this.#now(),
      event: isKnown ? eventName(event.type) : 'unknown',
      ...(data === undefined ? {} : { data }),
      took,
      state,
      pending: this.#recorded.pending,
      ...(snapshot.context === this.#snapshot.context ? {} : { context: tracedContext(snapshot.context) }),
    }
  }

  #push(step: Step): void {
    const before = this.#state
    this.#state = step.state
    this.#last = step
    const dropped = this.#steps.push(step)
    if (dropped !== undefined) {
      this.#header.dropped++
      this.#header.at = dropped.until ?? dropped.at
      this.#header.state = dropped.state
      this.#header.context = dropped.context ?? this.#header.context
    }
    this.#stepTaken(step, before)
  }

  #idOf(transition: AnyTransitionDefinition): string {
    return this.#ids.get(transition) ?? 'unknown'
  }

  #now(): number {
    return nowOf(this.#snapshot.context as never)
  }

  /** What an observer throws would lose the very transition that it observes. */
  #fenced(work: () => void): void {
    try {
      work()
    } catch {
      this.stop()
    }
  }
}

const sameWay = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index])
