// What the users' callbacks are handed: statements on somebody's lane, for as long as the callback runs.
import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import { Statements } from '../requests/statements.ts'

/** Whose statements a handle sends: a lease's, or the supervisor's own. */
export interface HandleOwner {
  readonly core: Core
  readonly lane: RequestLane
  /** The callback has settled, and the handle is revoked. */
  readonly isOver: boolean
  /** Remembers what was asked, so that it need not be awaited. */
  track<T>(statement: Promise<T>): Promise<T>
}

export abstract class Handle<O extends HandleOwner> extends Statements {
  readonly processId: number
  protected readonly owner: O

  constructor(owner: O) {
    super()
    this.owner = owner
    this.processId = owner.core.mailbox.wire?.processId ?? 0
  }

  protected get core(): Core {
    return this.owner.core
  }

  protected get lane(): RequestLane {
    return this.owner.lane
  }

  protected override get isRevoked(): boolean {
    return this.owner.isOver
  }

  protected override keep<T>(statement: Promise<T>): Promise<T> {
    return this.owner.track(statement)
  }
}
