import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { CursorHome, CursorRoom } from './cursor-home.ts'

/** The transaction whose handle made the cursor: it goes on when the cursor ends. */
export class UsersTransaction implements CursorHome, CursorRoom {
  readonly lane: RequestLane
  readonly isOwn = false
  readonly refusal: CursorHome['refusal']

  constructor(lane: RequestLane, refusal: CursorHome['refusal']) {
    this.lane = lane
    this.refusal = refusal
  }

  async enter(): Promise<CursorRoom> {
    return this
  }

  leave(close: () => Promise<void>): Promise<void> {
    return close()
  }

  abandon(_error: unknown, close: () => Promise<void>): Promise<void> {
    return close().catch(() => undefined)
  }
}
