// What a chart needs and must never print: judges, schedules, clients, callbacks. It hangs on the connection's identity,
// the one object in the context that stands for it, so that context, events and snapshots stay plain data while one
// machine, built once, serves every connection (a machine per connection would cost 25 kB each).
import { type Clock, systemClock } from '../backoff/clock.ts'
import type { StormLimit } from '../backoff/storm-limit.ts'
import type { Notification, Wire, WireFact } from '../drivers/driver.ts'
import type { Failure } from '../errors/failure.ts'
import type { Round } from '../topology/round.ts'
import type { SessionRole, TargetSessionAttrs } from '../topology/session-role.ts'
import type { Target } from '../topology/target.ts'
import type { Mailbox } from './mailbox/mailbox.ts'
import type { Request, RequestLane } from './mailbox/request.ts'
import type { RequestWatcher } from './mailbox/request-watch.ts'
import type { Berth } from './session/berth.ts'
import type { StepWatched } from './step-watch.ts'

export interface Identity {
  readonly name: string
}

export interface MonitorWatch {
  report(failure: { message: string; code?: string }): void
  retire(reason: string): void
}

/** What is known of an outage, or that there will be no more session. */
export type Refusal =
  | { readonly because: 'closed' }
  | {
      readonly because: 'down'
      readonly since: number
      readonly attempt: number
      readonly nextAttemptAt: number | undefined
      readonly failure: Failure | undefined
    }

export interface Wiring extends StepWatched {
  readonly name: string
  readonly clock: Clock
  readonly mailbox: Mailbox
  readonly berth: Berth
  readonly connectTimeoutMs: number
  isDead(failure: Failure): boolean
  isHopeless(failure: Failure): boolean
  find(requestId: number): Request | undefined
  counts(): { inFlight: number; queued: number }

  // For the actors.
  /** The hosts of one attempt, in the order in which they are worth trying now. */
  beginRound(): Round
  stormLimit(target: Target): StormLimit
  openWire(target: Target, report: (fact: WireFact) => void): Wire
  /** Rejects with UnfitHostError where the host is not of the kind that is wanted; undefined = any will do. */
  inspect(
    target: Target,
    role: SessionRole,
    wanted: TargetSessionAttrs,
    lane: RequestLane,
  ): Promise<void> | undefined
  /** It could not be reached. */
  hostFailed(target: Target, failure: Failure): void
  /** The live session's server reports a parameter. */
  heardParameter(name: string, value: string): void
  /** Settings, setup, LISTENs; resolves to the moment from which notifications are heard. */
  prepare(
    lane: RequestLane,
    signal: AbortSignal,
  ): Promise<{ listeningSince: number; channels: readonly string[] }>
  /** Recovery handlers; total. */
  recover(signal: AbortSignal): Promise<void>
  /** The answer to a COMMIT was lost with its session, and can be asked for. */
  readonly isInDoubt: boolean
  /** Asks for it on the new session; total. */
  resolveDoubt(signal: AbortSignal): Promise<void>
  startMonitors(watch: MonitorWatch): () => void
  /** Hands it to the facade past the chart; false where somebody looks at the chart, which is told then. */
  hear(notification: Notification): boolean
  /** The next delay of the schedule, or a longer one that the failed attempt asks for; undefined = exhausted. */
  nextDelay(after?: Failure): number | undefined
  /** Resolves when everything accepted is settled and every callback has come to its end. */
  drained(): Promise<void>

  // For the chart's actions.
  /** A new outage: a fresh schedule. */
  renewSchedule(): void
  openGate(): void
  accept(requestId: number): void
  /** Down: it waits in the queue, for as long as `whileDown` says. */
  hold(requestId: number): void
  refuse(requestId: number, because: Refusal): void
  /** Settles what the dead session cut; what was not written waits for the next, or is refused. */
  lose(failure: Failure, waits: boolean, because: Refusal): void
  /** Nobody will write what waits; what its caller vouched for waits on, unless `all`. */
  refuseWaiting(because: Refusal, all: boolean): void
  /** Refuses everything unsettled, in the order it was asked for. */
  shut(): void

  // For who looks inside.
  /** Returns how to stop. */
  watchRequests(watcher: RequestWatcher): () => void

  // For the door.
  /** An event of no known shape was sent by hand, and passed over. */
  misfit(type: unknown): void
}

const wirings = new WeakMap<Identity, Wiring>()

export function connectWiring(identity: Identity, wiring: Wiring): void {
  wirings.set(identity, wiring)
}

/** Undefined for a machine that runs without a connection: in a model, in a picture. */
export const wiringOf = (holder: { readonly identity: Identity }): Wiring | undefined =>
  wirings.get(holder.identity)

export const nowOf = (holder: { readonly identity: Identity }): number =>
  (wiringOf(holder)?.clock ?? systemClock).now()
