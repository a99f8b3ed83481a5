// An exclusive use of the session, from its place in the queue to its end: what transactions and session leases share.
// It can be cut, by an abort, a deadline or the connection's end; then its promise settles at once, whatever the user's
// code still does, and every later statement on its handle is refused for the same reason.

import { Deadline } from '../../machines/deadline.ts'
import type { CommitWitness } from '../../machines/mailbox/commit-witness.ts'
import { Lane, type LaneKind } from '../../machines/mailbox/lane.ts'
import type { Request, RequestInit, RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { WaitOptions } from '../queryable.ts'
import { reasonOf } from '../requests/wait-options.ts'
import { runInside } from './scope.ts'

export type WorkOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The user's code may still be running. */
  | { readonly kind: 'cut'; readonly error: unknown }

export class Lease {
  readonly core: Core
  readonly lane: RequestLane
  /** The user's callback has settled: its handle is revoked, though what was asked on it may still be under way. */
  isOver = false
  /** Statements asked for on the handle and not settled. */
  #open = 0
  #onNoneOpen: (() => void) | undefined
  /** Who is to hear of the cut. Callbacks: a promise for each, and a race of them, are a tenth of a transaction. */
  #onCut: ((error: unknown) => void)[] = []
  /** Called when the user has asked for the first statement on the handle. */
  onFirstStatement: (() => void) | undefined
  #opener: Request | undefined

  constructor(core: Core, kind: LaneKind, parent: RequestLane, isReadOnly?: boolean) {
    this.core = core
    this.lane = new Lane<Request>(kind, parent, isReadOnly)
    core.leases.enter(this)
    this.lane.onCut = (error) => {
      for (const hear of this.#onCut) hear(error)
    }
  }

  /** Waits for its turn: resolves when the lane is open and its first statement, if any, is answered. */
  begin(text: string, role: NonNullable<RequestInit['role']>, { isPatient = false } = {}): Promise<unknown> {
    const lane = this.lane.parent as RequestLane
    this.#opener = this.core.newRequest({ text, role, isPatient, lane, opens: this.lane })
    return this.core.ask(this.#opener)
  }

  /** Binds the whole of it, from the queue to the end, to a signal and a deadline; returns how to let go. */
  bind({ signal, timeoutMs }: WaitOptions): () => void {
    const { clock } = this.core
    const abort = (): void => {
      const reason = reasonOf(signal as AbortSignal)
      this.#cutBy(reason, reason)
    }
    if (signal?.aborted) this.lane.cut(reasonOf(signal))
    signal?.addEventListener('abort', abort, { once: true })
    const deadline =
      timeoutMs === undefined ? undefined : new Deadline(clock, timeoutMs, () => this.#expire(timeoutMs))
    return () => {
      signal?.removeEventListener('abort', abort)
      deadline?.clear()
    }
  }

  /** A COMMIT on its way goes its way, but not for ever. */
  #expire(ms: number): void {
    const { refusals } = this.core
    const commit = this.#unsettled().find(
      (request) => isCommitOnItsWay(request) && request.lane === this.lane,
    )
    if (commit !== undefined) this.core.timeOut(commit, ms)
    else this.#cutBy(refusals.timedOut(ms, 'queue'), refusals.timedOutUnder(this.lane, ms))
  }

  /** Stops it for good: unwritten statements are refused, written ones cancelled. */
  #cutBy(whileQueued: unknown, whileRunning: unknown): void {
    const mine = this.#unsettled()
    if (mine.some((request) => isCommitOnItsWay(request) && request.lane === this.lane)) return
    const isQueued = this.#opener === undefined || this.#opener.phase === 'queued'
    const error = isQueued ? whileQueued : whileRunning
    for (const lane of this.core.mailbox.exclusiveLanes()) if (lane.isWithin(this.lane)) lane.cut(error)
    this.lane.cut(error)
    const wish = { confirmed: error, tooLate: error, cause: error }
    for (const request of mine) {
      if (request.role !== 'rollback' && !isCommitOnItsWay(request))
        this.core.mailbox.cancel(request, wish, error)
    }
  }

  #unsettled(): Request[] {
    const requests = this.core.ledger.unsettled()
    return requests.filter((request) => request === this.#opener || request.lane.isWithin(this.lane))
  }

  /** Runs the user's code inside the lane, unless that was cut while it was being opened. */
  run<T>(work: () => Promise<T> | T): Promise<WorkOutcome<T>> {
    const { refusal } = this.lane
    if (refusal !== undefined) return Promise.resolve({ kind: 'cut', error: refusal.error })
    return new Promise((resolve) => {
      const over = (outcome: WorkOutcome<T>): void => {
        this.isOver = true
        resolve(outcome)
      }
      const fail = (error: unknown): void => over({ kind: 'failed', error })
      this.#onCut.push((error) => resolve({ kind: 'cut', error }))
      try {
        Promise.resolve(runInside(this.lane, work)).then((value) => over({ kind: 'done', value }), fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  whenCut(): Promise<void> {
    if (this.lane.refusal !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onCut.push(() => resolve())
    })
  }

  /** @throws what it was cut with. */
  throwIfCut(): void {
    if (this.lane.refusal !== undefined) throw this.lane.refusal.error
  }

  /** Remembers a statement, which need not be awaited: its rejection counts as handled. */
  track<T>(statement: Promise<T>): Promise<T> {
    this.#open++
    this.onFirstStatement?.()
    this.onFirstStatement = undefined
    statement.then(this.#landed, this.#landed)
    return statement
  }

  readonly #landed = (): void => {
    if (--this.#open === 0) this.#onNoneOpen?.()
  }

  /** Resolves when every statement asked for on the handle is settled, or the lane is cut. */
  stragglersOrCut(): Promise<unknown> | undefined {
    return this.#open === 0 ? undefined : Promise.race([this.stragglers(), this.whenCut()])
  }

  /** Resolves when every statement asked for on the handle is settled. */
  async stragglers(): Promise<void> {
    while (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#onNoneOpen = resolve
      })
    }
  }

  /** The supervisor's own statement on the lane, allowed also when the lane is refused to the user. */
  ask(text: string, role: RequestInit['role'] = 'statement', witness?: CommitWitness) {
    return this.core.ask(this.core.newRequest({ text, lane: this.lane, role, witness }))
  }

  /** Gives the lane back. Where its BEGIN may still take effect, nobody else gets it before a ROLLBACK behind that. */
  end(): void {
    const { leases, mailbox } = this.core
    leases.leave(this)
    if (this.#opener?.role === 'begin' && this.#opener.isInFlight && this.lane.stage === 'open') {
      const handBack = (): void => mailbox.endLane(this.lane)
      this.ask('ROLLBACK', 'rollback').then(handBack, handBack)
    } else mailbox.endLane(this.lane)
  }
}

const isCommitOnItsWay = ({ role, phase }: Request): boolean =>
  role === 'commit' && (phase === 'written' || phase === 'inDoubt')
