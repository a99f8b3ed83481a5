// One batch: taken, handled and noted in one transaction, so that what the handler does by it and how far the consumer has
// come are stored together, or neither is.

import type { NotificationObserver } from '../connection-events.ts'
import type { Subscription } from '../listening/subscription.ts'
import type { Queryable, Transaction, TransactionOptions, WaitOptions } from '../queryable.ts'
import type { DurableSettings } from './durable-options.ts'
import { type DeliveryHandler, placedMessage } from './outbox-message.ts'
import type { OutboxNames } from './outbox-options.ts'
import { excludeOthers, movePosition, selectBatch, selectHeldBack } from './outbox-sql.ts'

/** What an outbox is listened to on: a Connection or a Pool. */
export interface OutboxSource extends Queryable {
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: TransactionOptions): Promise<T>
  listen(channel: string, observer?: NotificationObserver): Promise<Subscription>
  ready(options?: WaitOptions): Promise<unknown>
  on(type: 'gap', listener: () => void): () => void
}

export interface Consumer {
  readonly name: string
  readonly outbox: OutboxNames
  readonly settings: DurableSettings
  readonly handler: DeliveryHandler
}

/**
 * full: there may be more · done: there was no more · heldBack: there is more, beyond the horizon · excluded: another of the
 * same name is at work
 */
export type Delivered = 'full' | 'done' | 'heldBack' | 'excluded'

/** Rows as arrays of text, whatever the connection makes of rows otherwise. */
export const asText = { mapRow: (values: unknown[]): unknown => values }

/**
 * READ COMMITTED, for a snapshot from before the lock would show a position that is past; and without verifyCommit, whose
 * question would give this transaction an id before the handler runs: the horizon of all consumers would wait for it.
 */
const manner = { isolation: 'read committed', verifyCommit: false } as const

export function deliver(source: OutboxSource, consumer: Consumer, closing: AbortSignal): Promise<Delivered> {
  return source.transaction((tx) => deliverWithin(tx, consumer, closing), manner)
}

async function deliverWithin(tx: Transaction, consumer: Consumer, signal: AbortSignal): Promise<Delivered> {
  const { name, outbox, handler, settings } = consumer
  const { batchSize, handlerTimeoutMs } = settings
  const patience = handlerTimeoutMs === 0 ? null : `${handlerTimeoutMs}ms`
  // In one round trip; without the lock the answers to the rest mean nothing.
  const [lock, batch, heldBack] = await Promise.all([
    tx.query(excludeOthers, [`pg-supervisor outbox ${outbox.table} ${name}`, patience], asText),
    tx.query(selectBatch(outbox), [name, batchSize], asText),
    tx.query(selectHeldBack(outbox), [], asText),
  ])
  if (lock.rows[0][0] !== 'true') return 'excluded'
  const placed = (batch.rows as unknown[][]).map(placedMessage)
  const last = placed.at(-1)
  if (last === undefined || signal.aborted) return heldBack.rows[0][0] === 'true' ? 'heldBack' : 'done'
  await handler(
    placed.map(({ message }) => message),
    { tx, signal },
  )
  await tx.query(movePosition(outbox), [name, last.xid, last.message.id])
  if (placed.length === batchSize) return 'full'
  return heldBack.rows[0][0] === 'true' ? 'heldBack' : 'done'
}
