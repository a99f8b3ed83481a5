// One connection, beside the others, for whatever is listened to. It is made with the first subscription and ended with the
// last; observers of everything go from one to the next.

import { checkFunction } from '../../errors/check-option.ts'
import type { Connection } from '../connection.ts'
import type { NotificationObserver } from '../connection-events.ts'
import { inContextOfNow } from '../leases/scope.ts'
import type { ListenOptions, Subscription } from '../listening/subscription.ts'
import type { WaitOptions } from '../queryable.ts'
import { checkChannel } from '../requests/identifiers.ts'
import type { PoolCore } from './pool-core.ts'
import { PoolSubscription } from './pool-subscription.ts'

export class PoolListening {
  readonly #core: PoolCore
  readonly #observers = new Map<NotificationObserver, NotificationObserver>()
  readonly #subscriptions = new Set<PoolSubscription>()
  #present: { readonly id: string; readonly connection: Connection } | undefined
  /** Subscriptions that are being made. */
  #asking = 0

  constructor(core: PoolCore) {
    this.#core = core
  }

  async listen(
    channel: string,
    observer?: NotificationObserver,
    options?: ListenOptions,
  ): Promise<Subscription> {
    checkChannel(channel)
    const connection = this.#connection()
    this.#asking++
    try {
      const inner = await connection.listen(channel, observer, options)
      const subscription = new PoolSubscription(inner, (left) => {
        this.#subscriptions.delete(left)
        this.#endUnused()
      })
      this.#subscriptions.add(subscription)
      return subscription
    } finally {
      this.#asking--
      this.#endUnused()
    }
  }

  async unlisten(channel: string, options?: WaitOptions): Promise<void> {
    checkChannel(channel)
    await this.#present?.connection.unlisten(channel, options)
    for (const subscription of [...this.#subscriptions])
      if (subscription.channel === channel) this.#subscriptions.delete(subscription)
    this.#endUnused()
  }

  addObserver(observer: NotificationObserver): void {
    checkFunction('observer', observer)
    if (this.#observers.has(observer)) return
    const bound = inContextOfNow(observer)
    this.#observers.set(observer, bound)
    this.#present?.connection.addNotifyObserver(bound)
  }

  removeObserver(observer: NotificationObserver): void {
    const bound = this.#observers.get(observer)
    this.#observers.delete(observer)
    if (bound !== undefined) this.#present?.connection.removeNotifyObserver(bound)
  }

  /** @throws whatever the user's factory throws. */
  #connection(): Connection {
    const { roster, refusals, actor, isClosed } = this.#core
    if (isClosed) throw refusals.closed()
    if (this.#present !== undefined && roster.listeners.has(this.#present.id)) return this.#present.connection
    actor.send({ type: 'listen' })
    const [id, connection] = [...roster.listeners].at(-1) ?? []
    if (id === undefined || connection === undefined)
      throw this.#core.connectErrors.at(-1) ?? refusals.closed()
    this.#present = { id, connection }
    for (const bound of this.#observers.values()) connection.addNotifyObserver(bound)
    return connection
  }

  #endUnused(): void {
    if (this.#present === undefined || this.#asking > 0 || this.#subscriptions.size > 0) return
    const { id } = this.#present
    this.#present = undefined
    this.#core.actor.send({ type: 'unlisten', id })
  }
}
