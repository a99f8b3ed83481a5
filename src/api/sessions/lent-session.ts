import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { Core } from '../core.ts'
import type { HandleOwner } from '../leases/handle.ts'
import { runInside } from '../leases/scope.ts'
import { SessionHandle } from '../leases/session-handle.ts'
import { endSubmittables } from '../leases/submittables.ts'
import type { Session } from '../session.ts'

/** The session that is being made, lent to a callback of the user's for as long as that runs. */
export class LentSession implements HandleOwner {
  readonly core: Core
  readonly lane: RequestLane
  isOver = false

  constructor(core: Core, lane: RequestLane) {
    this.core = core
    this.lane = lane
  }

  async run(callback: (session: Session) => unknown): Promise<void> {
    try {
      await runInside(this.lane, async () => callback(new SessionHandle(this)))
    } finally {
      this.isOver = true
      await endSubmittables(this.core, this.lane)
    }
  }

  /** Takes the session back from a callback that may still run; what it has asked for is cancelled. */
  revoke(reason: Error): void {
    this.isOver = true
    const wish = { confirmed: reason, tooLate: reason, cause: reason }
    for (const request of this.core.ledger.unsettled()) {
      if (request.lane.isWithin(this.lane)) this.core.mailbox.cancel(request, wish, reason)
    }
  }

  /** What the callback doesn't await may fail without ending the process. */
  track<T>(statement: Promise<T>): Promise<T> {
    statement.catch(() => undefined)
    return statement
  }
}
