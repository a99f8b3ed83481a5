import type { Notification } from '../../drivers/driver.ts'
import type { WaitOptions } from '../queryable.ts'

/** How listen() waits, and how much it holds. `signal` and `timeoutMs` bound the wait for LISTEN, not the listening. */
export interface ListenOptions extends WaitOptions {
  /** Notifications held for a slow reader. Default 100_000; overflow drops the oldest and emits `gap` with reason 'overflow'. */
  bufferLimit?: number
}

/**
 * One listener of a channel: with an observer it is called, without it iterates. It survives every recovery; LISTEN ends
 * with a channel's last one. Leaving the loop closes it.
 *
 * @example
 * ```ts
 * const orders = await connection.listen('orders')
 * for await (const { payload } of orders) {
 *   if (payload === 'stop') break
 * }
 * ```
 */
export interface Subscription extends AsyncIterable<Notification>, AsyncDisposable {
  /** As it was asked for: neither folded nor truncated. */
  readonly channel: string
  /** Nothing more is delivered from now on; resolves when UNLISTEN, where it is the channel's last, is done. */
  close(): Promise<void>
}
