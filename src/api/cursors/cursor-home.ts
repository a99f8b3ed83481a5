import type { RequestLane } from '../../machines/mailbox/request.ts'
import type { RequestOptions } from '../queryable.ts'

/** Whose transaction a cursor lives in: one of its own, one that a session's cursors share, or its user's. */
export interface CursorHome {
  /** Why nothing may be fetched by whoever asks now. */
  refusal(options: RequestOptions): { readonly error: unknown } | undefined
  /** Rejects where there can be no transaction. */
  enter(guest: CursorGuest): Promise<CursorRoom>
}

export interface CursorGuest {
  /** Aborted when the cursor fails. */
  readonly signal: AbortSignal
  /** Its transaction was rolled back for another cursor's failure. */
  fail(error: unknown): void
}

export interface CursorRoom {
  readonly lane: RequestLane
  refusal: CursorHome['refusal']
  /** The transaction was begun for cursors, and is rolled back when one fails. */
  readonly isOwn: boolean
  /** The cursor has come to a good end; `close` closes it where its transaction goes on. */
  leave(close: () => Promise<void>): Promise<void>
  /** It failed. Never rejects. */
  abandon(error: unknown, close: () => Promise<void>): Promise<void>
}
