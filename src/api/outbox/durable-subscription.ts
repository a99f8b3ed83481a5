/**
 * A consumer at work, from durableListen() to close(), its connection's end, or the end of its `backoff`; through any number
 * of sessions.
 *
 * @example
 * ```ts
 * const outbox = new Outbox()
 * await using mailer = await outbox.durableListen(connection, 'mailer', (messages) => console.log(messages))
 * process.once('SIGTERM', () => void mailer.close())
 * await mailer.done
 * ```
 */
export interface DurableSubscription extends AsyncDisposable {
  readonly consumer: string
  /** Resolves when it has ended; rejects with the last failure when it ended because `backoff` had no more delays. */
  readonly done: Promise<void>
  /** Lets the running handler finish and notes what it has done; resolves then, or at once within that handler. */
  close(): Promise<void>
}
