// What is heard on a connection: subscriptions of channels, and observers of everything.

import type { Notification } from '../../drivers/driver.ts'
import { checkFunction, checkNames, checkNumber } from '../../errors/check-option.ts'
import type { NotificationObserver } from '../connection-events.ts'
import type { Core } from '../core.ts'
import { isNestedIn } from '../leases/scope.ts'
import type { WaitOptions } from '../queryable.ts'
import { checkChannel } from '../requests/identifiers.ts'
import { waitBounded } from '../wait-bounded.ts'
import { Channels } from './channels.ts'
import { LiveSubscription } from './live-subscription.ts'
import { defaultBufferLimit, ObserverQueue, type ObserverQueueHost } from './observer-queue.ts'
import type { ListenOptions, Subscription } from './subscription.ts'

export class Listening {
  readonly channels: Channels
  readonly #core: () => Core
  /** Made with the first one, as everything that most connections never need: an empty map is 200 bytes. */
  #observers: Map<NotificationObserver, ObserverQueue> | undefined

  constructor(core: () => Core) {
    this.#core = core
    this.channels = new Channels(core)
  }

  async listen(
    channel: string,
    observer?: NotificationObserver,
    options: ListenOptions = {},
  ): Promise<Subscription> {
    checkChannel(channel)
    if (observer !== undefined) checkFunction('observer', observer)
    checkNames(options, ['signal', 'timeoutMs', 'bufferLimit'])
    const { bufferLimit = defaultBufferLimit } = options
    checkNumber(
      'bufferLimit',
      bufferLimit,
      'a whole number of at least 1',
      (n) => Number.isInteger(n) && n > 0,
    )
    this.#refuseToWait()
    const subscription = new LiveSubscription(channel, observer, bufferLimit, this.#queueHost(), (ended) =>
      this.#remove(ended),
    )
    const stand = (): Promise<void> => {
      this.channels.add(subscription)
      return this.channels.stands(channel)
    }
    try {
      await waitBounded(this.#core(), stand, options)
    } catch (error) {
      void subscription.close()
      throw error
    }
    return subscription
  }

  async unlisten(channel: string, options: WaitOptions = {}): Promise<void> {
    checkChannel(channel)
    checkNames(options, ['signal', 'timeoutMs'])
    await waitBounded(this.#core(), () => this.channels.removeAll(channel), options)
  }

  addObserver(observer: NotificationObserver): void {
    checkFunction('observer', observer)
    this.#observers ??= new Map()
    if (this.#observers.has(observer)) return
    this.#observers.set(observer, new ObserverQueue(observer, defaultBufferLimit, this.#queueHost()))
  }

  removeObserver(observer: NotificationObserver): void {
    this.#observers?.get(observer)?.close()
    this.#observers?.delete(observer)
  }

  /** A copy. */
  get observers(): ReadonlySet<NotificationObserver> {
    return new Set(this.#observers?.keys())
  }

  /** From the chart, with what else it says. */
  heard({ channel, payload, processId }: Notification): void {
    this.deliver({ channel, payload, processId })
  }

  deliver(notification: Notification): void {
    const { notices } = this.#core()
    this.channels.deliver(notification)
    if (this.#observers !== undefined) for (const queue of this.#observers.values()) queue.push(notification)
    if (notices.areHeard('notification')) notices.publish({ type: 'notification', ...notification })
  }

  /** From inside of an own transaction its UNLISTEN waits for the transaction's end, and the caller must not. */
  #remove(subscription: LiveSubscription): Promise<void> {
    const removed = this.channels.remove(subscription)
    return isNestedIn(this.#core().mailbox.root) ? Promise.resolve() : removed
  }

  /** Waiting for LISTEN from inside of an own transaction would never end; where there will be no session, neither. */
  #refuseToWait(): void {
    const { actor, refusals, mailbox, isGivenUp } = this.#core()
    const { value, context } = actor.getSnapshot()
    if (isNestedIn(mailbox.root))
      throw refusals.nested(mailbox.root, 'listen before it begins, or after its end')
    if (value === 'closed' || (typeof value === 'object' && 'closing' in value)) throw refusals.closed()
    if (isGivenUp) throw refusals.lostForGood(context)
  }

  #queueHost(): ObserverQueueHost {
    const { notices, clock } = this.#core()
    return {
      failed: (error) => notices.reportError(error, 'a notification observer'),
      overflowed: (channels, from, to) =>
        notices.publish({ type: 'gap', channels, from, to, reason: 'overflow' }),
      now: () => clock.now(),
    }
  }
}
