import type { Notification } from '../drivers/driver.ts'
import type { WaitOptions } from './queryable.ts'

export interface ListenOptions extends WaitOptions {
  /** Notifications held for a slow reader. Default 100_000; overflow drops the oldest and emits `gap` with reason 'overflow'. */
  bufferLimit?: number
}

/** One listener of a channel: with an observer it is called, without it iterates. LISTEN ends with a channel's last one. */
export interface Subscription extends AsyncIterable<Notification>, AsyncDisposable {
  readonly channel: string
  close(): Promise<void>
}
