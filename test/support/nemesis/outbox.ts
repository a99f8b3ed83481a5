// Outbox: an order and its message are stored together and notified, or neither is; each message is delivered by exactly
// one transaction; what a listener did not hear of lies in a gap that it was told.
import type { Connection, ConnectionEvents, Queryable, Transaction } from '../../../src/index.ts'
import { eventually } from '../eventually.ts'
import type { TestServer } from '../test-server.ts'
import { type History, type Manner, type Operation, storedFaults, toldOf } from './history.ts'

export const channel = 'walk_outbox'

/** A commit may be acknowledged before the listener's backend has sent the notification. */
const deliveryMs = 1000

export interface Stored {
  readonly orders: readonly string[]
  /** Messages that wait, and those that were delivered. */
  readonly messages: readonly string[]
}

export class Outbox {
  readonly #history: History
  readonly #orders: Operation[] = []
  readonly #heard: string[] = []
  readonly #gaps: ConnectionEvents['gap'][] = []

  constructor(history: History) {
    this.#history = history
  }

  async prepare(server: TestServer): Promise<void> {
    await server.sql(`drop table if exists walk_order, walk_outbox, walk_delivered;
      create table walk_order (id text not null);
      create table walk_outbox (id text not null);
      create table walk_delivered (id text not null)`)
  }

  async listen(on: Connection): Promise<void> {
    on.on('gap', (gap) => this.#gaps.push(gap))
    await on.listen(channel, ({ payload }) => void this.#heard.push(payload))
  }

  /** `within` begins the transaction, or begins it again; by hand as well as by transaction(). */
  async place(
    how: string,
    within: (work: (tx: Pick<Queryable, 'query'>) => Promise<void>) => Promise<unknown>,
    manner: Manner = {},
  ): Promise<void> {
    const operation = await this.#history.run(
      `place an order ${how}`,
      (id) =>
        within(async (tx) => {
          await tx.query('insert into walk_order values ($1)', [id])
          await tx.query('insert into walk_outbox values ($1)', [id])
          await tx.query('select pg_notify($1, $2)', [channel, id])
        }),
      manner,
    )
    this.#orders.push(operation)
  }

  /** Takes some messages out and delivers them, in one transaction. */
  async deliver(within: (work: (tx: Transaction) => Promise<unknown>) => Promise<unknown>): Promise<void> {
    await this.#history.run('deliver messages', () =>
      within((tx) =>
        tx.query(`with taken as (
            delete from walk_outbox where id in (select id from walk_outbox limit 5 for update skip locked)
            returning id)
          insert into walk_delivered select id from taken`),
      ),
    )
  }

  /** Waits until the listener has heard all that was committed so far and that it will hear. */
  async heardAll(on: Connection): Promise<void> {
    let count = 0
    const isHeard = async () => {
      const last = `last ${++count}`
      await on.notify(channel, last, { timeoutMs: 1000 })
      return eventually(() => this.#heard.includes(last), { what: 'its echo', timeoutMs: 1000 }).then(
        () => true,
      )
    }
    await eventually(isHeard, { what: 'the listener hears', timeoutMs: 15_000 })
  }

  async faults(server: TestServer): Promise<string[]> {
    const orders = await server.sql<{ id: string }>('select id from walk_order')
    const messages = await server.sql<{ id: string }>(
      'select id from walk_outbox union all select id from walk_delivered',
    )
    return this.compare({ orders: orders.map(({ id }) => id), messages: messages.map(({ id }) => id) })
  }

  compare({ orders, messages }: Stored): string[] {
    const counts = countsOf(orders)
    const delivered = countsOf(messages)
    const heard = countsOf(this.#heard.filter((payload) => !payload.startsWith('last ')))
    return [
      ...storedFaults(this.#orders, (id) => counts.get(id) ?? 0),
      ...this.#orders.flatMap(({ id }) => {
        const [order, message] = [counts.get(id) ?? 0, delivered.get(id) ?? 0]
        return order === message ? [] : [`${id} is stored ${order} times, and its message ${message} times`]
      }),
      ...[...heard].flatMap(([id, times]) =>
        times > (counts.get(id) ?? 0)
          ? [`${id} was notified ${times} times, and is stored ${counts.get(id) ?? 0}`]
          : [],
      ),
      ...this.#orders
        .filter((order) => order.said === 'applied' && !heard.has(order.id) && !this.#isInGap(order))
        .map((order) => `${toldOf(order)}, was not notified, and lies in no gap`),
    ]
  }

  #isInGap({ askedAt, settledAt }: Operation): boolean {
    return this.#gaps.some(
      ({ from, to, channels }) =>
        channels.includes(channel) && askedAt <= to && (settledAt ?? Infinity) >= from - deliveryMs,
    )
  }
}

function countsOf(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
