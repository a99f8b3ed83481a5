// Who may write. One lane is open at a time: the connection's own, where statements of all callers are pipelined, or the
// innermost exclusive one: a transaction's, a savepoint's, a session lease's. Opening a lane closes the one around it
// until it ends, so nothing foreign is ever written behind BEGIN.
import type { Failure } from '../../errors/failure.ts'
import { Fifo } from './fifo.ts'

export type LaneKind = 'autocommit' | 'preparation' | 'session' | 'transaction' | 'savepoint'

/** `Item` is what waits on it: requests, which know their lane. */
export class Lane<Item = unknown> {
  readonly kind: LaneKind
  readonly parent: Lane<Item> | undefined
  readonly isReadOnly: boolean
  /** Accepted and not written, in order. */
  readonly box = new Fifo<Item>()
  stage: 'queued' | 'open' | 'ended' = 'queued'
  /** Set when the session died under the open lane. */
  lostBy: Failure | undefined
  /** What further statements are refused with: an abort or a deadline of the whole is for good. */
  refusal: { readonly error: unknown } | undefined
  /** Hears of the refusal. */
  onCut: ((error: unknown) => void) | undefined
  /** The first error of one of its statements, which the user's code may have swallowed. */
  firstError: unknown
  #endListeners: Set<() => void> | undefined

  constructor(kind: LaneKind, parent?: Lane<Item>, isReadOnly = parent?.isReadOnly ?? false) {
    this.kind = kind
    this.parent = parent
    this.isReadOnly = isReadOnly
  }

  /** A statement lost here cannot have been committed: the server rolls back what it belongs to. */
  get isTransactional(): boolean {
    return this.kind === 'transaction' || this.kind === 'savepoint'
  }

  /** Refuses whatever else is asked on it. */
  cut(error: unknown): void {
    if (this.refusal !== undefined) return
    this.refusal = { error }
    this.onCut?.(error)
  }

  end(lostBy?: Failure): void {
    this.lostBy ??= lostBy
    this.stage = 'ended'
    const listeners = this.#endListeners
    this.#endListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  /** Hears of its end, in whichever way that comes; returns how to stop. */
  onEnd(listener: () => void): () => void {
    if (this.stage === 'ended') listener()
    this.#endListeners ??= new Set()
    this.#endListeners.add(listener)
    return () => this.#endListeners?.delete(listener)
  }

  /** The session is only being made ready: what runs here goes past the chart, which would take it for a caller's. */
  get isPreparing(): boolean {
    return this.kind === 'preparation' || (this.parent?.isPreparing ?? false)
  }

  isWithin(other: Lane<Item>): boolean {
    return this === other || (this.parent?.isWithin(other) ?? false)
  }
}
