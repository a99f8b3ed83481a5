// Messages that are stored with what they tell of, and delivered at least once, whatever becomes of sessions meanwhile.
import { checkFunction } from '../../errors/check-option.ts'
import { invalidOption } from '../../errors/invalid-option-error.ts'
import type { Queryable } from '../queryable.ts'
import { reasonOf } from '../requests/wait-options.ts'
import type { OutboxSource } from './delivery.ts'
import { DurableListener } from './durable-listener.ts'
import { type DurableListenOptions, readDurableOptions } from './durable-options.ts'
import type { DurableSubscription } from './durable-subscription.ts'
import { columnsOf, type DeliveryHandler, type OutboxMessage } from './outbox-message.ts'
import { type OutboxNames, type OutboxOptions, readOutboxOptions } from './outbox-options.ts'
import {
  createTables,
  createTablesOnce,
  deleteDelivered,
  deletePosition,
  insertAndNotify,
  insertMessages,
  notePosition,
} from './outbox-sql.ts'

/**
 * A table of messages. `publish()` stores them in the transaction that they tell of; `durableListen()` delivers each at least
 * once to each consumer, where a notification would be lost with the session that should have heard it. It holds nothing
 * but names: make as many as you like. PostgreSQL 13 and later.
 *
 * @see docs/listening.md for what is promised, and what is not.
 *
 * @example
 * ```ts
 * const outbox = new Outbox({ table: 'app.outbox' })
 * await outbox.create(connection)
 * await connection.transaction(async (tx) => {
 *   await tx.query('insert into orders (id) values ($1)', [7])
 *   await outbox.publish(tx, { key: 'order 7', payload: { placed: 7 } })
 * })
 * await outbox.durableListen(connection, 'mailer', async (messages) => {
 *   for (const { payload } of messages) console.log(payload)
 * })
 * ```
 *
 * @throws {InvalidOptionError} for names that PostgreSQL would cut, fold or refuse
 */
export class Outbox {
  readonly #names: OutboxNames

  constructor(options: OutboxOptions = {}) {
    this.#names = readOutboxOptions(options)
  }

  /** What makes its tables, for a migration of yours. */
  get ddl(): string {
    return createTables(this.#names)
  }

  /** Makes its tables where they are missing. */
  async create(on: Queryable): Promise<void> {
    await on.query(createTablesOnce(this.#names))
  }

  /**
   * Stores messages, and wakes listeners at COMMIT; on a Transaction they share its fate. Of one key the order of delivery is
   * that of publishing, where the later transaction could see the earlier message; the order between keys is not kept.
   *
   * @example
   * ```ts
   * await connection.transaction((tx) => new Outbox().publish(tx, { payload: 'one' }, { payload: { two: 2 } }))
   * ```
   *
   * @throws {InvalidOptionError} (rejects) for a payload that JSON can't say
   */
  async publish(on: Queryable, ...messages: readonly OutboxMessage[]): Promise<void> {
    const columns = columnsOf(messages)
    if (messages.length === 0) return
    const { channel } = this.#names
    if (channel === undefined) await on.query(insertMessages(this.#names), columns)
    else await on.query(insertAndNotify(this.#names), [...columns, channel])
  }

  /**
   * Delivers to `consumer`, a name, every message that it has not had, in batches: `handler` is awaited, then how far the
   * consumer has come is stored, then the next batch is taken. Resolves once it listens. Each batch is one transaction, under
   * an advisory lock: of several listeners of one name one is at work. A connection is held by it while the handler runs, and
   * whatever else is asked of it waits: better give a Pool, or a connection of its own.
   *
   * @example
   * ```ts
   * const outbox = new Outbox()
   * await using ledger = await outbox.durableListen(
   *   connection,
   *   'ledger',
   *   async (messages, { tx }) => {
   *     // Stored together with the position: exactly once.
   *     for (const { id, payload } of messages) await tx.query('insert into entry values ($1, $2)', [id, payload])
   *   },
   *   { batchSize: 500, onError: (error) => console.error(error) },
   * )
   * await ledger.done
   * ```
   *
   * @throws {InvalidOptionError} (rejects) for options of a wrong type or range
   */
  async durableListen(
    on: OutboxSource,
    consumer: string,
    handler: DeliveryHandler,
    options: DurableListenOptions = {},
  ): Promise<DurableSubscription> {
    checkConsumer(consumer)
    checkFunction('handler', handler)
    const settings = readDurableOptions(options)
    const { signal, from } = settings
    if (signal?.aborted) throw reasonOf(signal)
    const names = this.#names
    let listener: DurableListener | undefined
    const subscription =
      names.channel === undefined ? undefined : await on.listen(names.channel, () => listener?.wake())
    try {
      await on.query(notePosition(names), [consumer, from === 'now'], { idempotent: true })
    } catch (error) {
      await subscription?.close()
      throw error
    }
    listener = new DurableListener(on, { name: consumer, outbox: names, settings, handler }, subscription)
    return listener
  }

  /** Deletes what all consumers have had, and resolves to how many messages that were. Run it now and then. */
  deleteDelivered(on: Queryable): Promise<number> {
    return on.execute(deleteDelivered(this.#names))
  }

  /** Forgets a consumer that will not come back, so that deleteDelivered() waits for it no longer; resolves to whether it was known. */
  async forget(on: Queryable, consumer: string): Promise<boolean> {
    checkConsumer(consumer)
    return (await on.execute(deletePosition(this.#names), [consumer])) > 0
  }
}

/** @throws {InvalidOptionError} */
function checkConsumer(consumer: unknown): void {
  if (typeof consumer !== 'string' || consumer === '' || consumer.includes('\0'))
    throw invalidOption('consumer', 'a string that is not empty and has no NUL', consumer)
}
