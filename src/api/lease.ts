// An exclusive use of the session, from its place in the queue to its end: what transactions and session leases share.
// It can be cut, by an abort, a deadline or the connection's end; then its promise settles at once, whatever the user's
// code still does, and every later statement on its handle is refused for the same reason.

import { Deadline } from '../machines/deadline.ts'
import { Lane, type LaneKind } from '../machines/lane.ts'
import type { Request, RequestInit, RequestLane } from '../machines/request.ts'
import type { Core } from './core.ts'
import type { WaitOptions } from './queryable.ts'
import { runInside } from './scope.ts'

export type WorkOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The user's code may still be running. */
  | { readonly kind: 'cut'; readonly error: unknown }

export class Lease {
  readonly core: Core
  readonly lane: RequestLane
  readonly #open = new Set<Promise<unknown>>()
  readonly #cut: Promise<{ readonly kind: 'cut'; readonly error: unknown }>
  #opener: Request | undefined

  constructor(core: Core, kind: LaneKind, parent: RequestLane, isReadOnly?: boolean) {
    this.core = core
    this.lane = new Lane<Request>(kind, parent, isReadOnly)
    core.leases.enter(this)
    this.#cut = new Promise((resolve) => {
      this.lane.onCut = (error) => resolve({ kind: 'cut', error })
    })
  }

  /** Waits for its turn: resolves when the lane is open and its first statement, if any, is answered. */
  async begin(init: Omit<RequestInit, 'lane' | 'opens'>): Promise<void> {
    this.#opener = this.core.newRequest({ ...init, lane: this.lane.parent as RequestLane, opens: this.lane })
    await this.core.ask(this.#opener)
  }

  /** Binds the whole of it, from the queue to the end, to a signal and a deadline; returns how to let go. */
  bind({ signal, timeoutMs }: WaitOptions): () => void {
    const { refusals, clock } = this.core
    const abort = (): void => this.cut(signal?.reason, signal?.reason)
    if (signal?.aborted) this.lane.cut(signal.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const expire = (ms: number): void =>
      this.cut(refusals.timedOut(ms, 'queue'), refusals.timedOut(ms, 'execution'))
    const deadline =
      timeoutMs === undefined ? undefined : new Deadline(clock, timeoutMs, () => expire(timeoutMs))
    return () => {
      signal?.removeEventListener('abort', abort)
      deadline?.clear()
    }
  }

  /** Stops it for good: unwritten statements are refused, written ones cancelled; a COMMIT on its way goes its way. */
  cut(queued: unknown, running: unknown): void {
    const isQueued = this.#opener === undefined || this.#opener.phase === 'queued'
    const error = isQueued ? queued : running
    const mine = [...this.core.ledger.unsettled()].filter(
      (request) => request === this.#opener || request.lane.isWithin(this.lane),
    )
    if (mine.some(({ role, phase }) => role === 'commit' && phase === 'written')) return
    for (
      let lane: RequestLane | undefined = this.core.mailbox.openLane;
      lane !== undefined;
      lane = lane.parent
    ) {
      if (lane.isWithin(this.lane)) lane.cut(error)
    }
    this.lane.cut(error)
    for (const request of mine) {
      if (request.role !== 'rollback')
        this.core.mailbox.cancel(request, { confirmed: error, tooLate: error, cause: error }, error)
    }
  }

  /** Runs the user's code inside the lane. */
  run<T>(work: () => Promise<T> | T): Promise<WorkOutcome<T>> {
    const running = runInside(this.lane, async () => work()).then(
      (value): WorkOutcome<T> => ({ kind: 'done', value }),
      (error: unknown): WorkOutcome<T> => ({ kind: 'failed', error }),
    )
    return Promise.race([running, this.#cut])
  }

  whenCut(): Promise<unknown> {
    return this.#cut
  }

  /** @throws what it was cut with. */
  throwIfCut(): void {
    if (this.lane.refusal !== undefined) throw this.lane.refusal.error
  }

  /** Remembers a statement, which need not be awaited: its rejection counts as handled. */
  track<T>(statement: Promise<T>): Promise<T> {
    this.#open.add(statement)
    const forget = (): void => {
      this.#open.delete(statement)
    }
    statement.then(forget, forget)
    return statement
  }

  /** Resolves when every statement asked for on the handle is settled. */
  async stragglers(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled([...this.#open])
  }

  /** The supervisor's own statement on the lane, allowed also when the lane is refused to the user. */
  ask(text: string, role: RequestInit['role'] = 'statement') {
    return this.core.ask(this.core.newRequest({ text, lane: this.lane, role }))
  }

  end(): void {
    this.core.leases.leave(this)
    this.core.mailbox.endLane(this.lane)
  }
}
