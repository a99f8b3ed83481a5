// Listens to a running machine and keeps its last steps, redacted as they come: nothing that users wrote is held back here.
// What is answered alike in a row is one step with a count, so that a busy connection costs little and a trace stays short.
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate'
import type { Request } from '../machines/mailbox/request.ts'
import type { RequestWatcher } from '../machines/mailbox/request-watch.ts'
import type { ChartStep, StepWatcher } from '../machines/step-watch.ts'
import { edgeIds, eventName } from './edge-ids.ts'
import { tracedContext, tracedData } from './redaction.ts'
import { RequestTimes } from './request-times.ts'
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
import { TurnClock } from './turn-clock.ts'

type Growing<T> = { -readonly [K in keyof T]: T[K] }
type Step = Omit<Growing<TraceStep>, 'settled'> & { settled?: Growing<TracedSettlements> }

/** Come in floods, and say nothing that a trace may tell. */
const repeatable: ReadonlySet<string> = new Set(['statement', 'session.notified'])

/** A running machine, and how to hear of it. */
export interface Recorded {
  readonly name: string
  readonly actor: AnyActorRef
  now(): number
  /** Requests accepted and not settled; undefined where there are none to count. */
  pending(): number | undefined
  /** Returns how to stop. */
  watch(recorder: RequestWatcher & StepWatcher): (() => void)[]
}

export class TraceRecorder implements RequestWatcher, StepWatcher {
  readonly #recorded: Recorded
  readonly #steps: Ring<Step>
  readonly #stepTaken: (step: TraceStep, before: string) => void
  readonly #known: ReadonlySet<string>
  readonly #ids: ReadonlyMap<object, string>
  readonly #asked = new RequestTimes()
  readonly #clock: TurnClock
  readonly #endings: (() => void)[] = []
  #header: Growing<TraceHeader>
  #last: Step | undefined
  #snapshot: AnyMachineSnapshot
  #state: string
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
    this.#clock = new TurnClock(() => recorded.now())
    this.#known = new Set(machine.events as string[])
    this.#ids = edgeIds(machine.root)
    this.#state = statePath(value)
    this.#header = {
      type: 'trace',
      version: traceVersion,
      machine: machine.id,
      actor: recorded.actor.sessionId,
      name: recorded.name,
      at: this.#clock.exact(),
      state: this.#state,
      context: tracedContext(machine.id, context),
      dropped: 0,
    }
    this.#endings.push(...recorded.watch(this))
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end()
  }

  lines(): TraceLine[] {
    return [{ ...this.#header }, ...[...this.#steps].map((step) => ({ ...step }))]
  }

  asked({ id }: Request): void {
    this.#asked.begin(id, this.#clock.turn)
  }

  written(): void {
    // How long it waited is nothing that a step tells.
  }

  settled({ id }: Request, error: unknown): void {
    const since = this.#asked.end(id)
    if (since === undefined || this.#last === undefined) return
    const ms = this.#clock.turn - since
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

  repeated(type: string): void {
    if (this.#fastRun === type) this.#again(this.#last as Step)
    else this.#fenced(() => this.#note(type, { type }, this.#wouldTake({ type }), this.#snapshot))
  }

  stepped({ event, took, after }: ChartStep): void {
    this.#fenced(() => {
      const names = took.map((transition) => this.#idOf(transition))
      this.#note(undefined, event, names, after)
    })
  }

  #note(
    fastRun: string | undefined,
    event: { readonly type: string },
    took: string[],
    snapshot: AnyMachineSnapshot,
  ): void {
    const last = this.#last
    const isAgain = last?.event === event.type && repeatable.has(event.type) && sameWay(last.took, took)
    if (isAgain && this.#isUnmoved(snapshot)) this.#again(last)
    else this.#push(this.#stepOf(event, took, snapshot))
    this.#fastRun = fastRun
    this.#snapshot = snapshot
  }

  #again(step: Step): void {
    step.count = (step.count ?? 1) + 1
    step.until = this.#clock.turn
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
    const pending = this.#recorded.pending()
    const state = snapshot.value === this.#snapshot.value ? this.#state : statePath(snapshot.value)
    return {
      type: 'step',
      actor: this.#header.actor,
      at: this.#clock.exact(),
      event: isKnown ? eventName(event.type) : 'unknown',
      ...(data === undefined ? {} : { data }),
      took,
      state,
      ...(pending === undefined ? {} : { pending }),
      ...(snapshot.context === this.#snapshot.context
        ? {}
        : { context: tracedContext(this.#header.machine, snapshot.context) }),
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

  /** What is thrown here would lose the very transition that is told of. */
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
